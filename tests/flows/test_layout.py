"""The house: names that no other package takes, deployments that import, and an install without torch."""

import importlib
import importlib.util
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect import Flow

import flows

REPOSITORY = Path(__file__).parents[2]
ROOTS = ("contrecoup", "extractors", "storage", "flows")
FLOWS = ("ingest", "extract", "enrich", "link", "brief", "mail")
DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load((REPOSITORY / "prefect.yaml").read_text("utf-8"))["deployments"]


@pytest.mark.parametrize("stem", sorted(path.stem for path in Path(flows.__file__).parent.glob("[a-z]*.py")))
def test_no_flow_file_bears_the_name_of_a_module(stem: str) -> None:
    """Prefect may load a flow by its path under the stem of its file, which would hide that module."""
    assert importlib.util.find_spec(stem) is None


@pytest.mark.parametrize("root", ROOTS)
def test_a_root_is_this_project_s_alone(root: str) -> None:
    """It is found in the same folder as the others, and no other distribution installs it."""
    spec = importlib.util.find_spec(root)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).parents[1] == Path(flows.__file__).parents[1]
    assert set(packages_distributions().get(root, ())) <= {"contrecoup"}


def test_each_flow_has_one_deployment() -> None:
    """Six of them, by the names of the flows."""
    assert sorted(one["entrypoint"] for one in DEPLOYMENTS) == sorted(f"flows.{name}:{name}" for name in FLOWS)


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda one: one["entrypoint"])
def test_the_entrypoint_of_a_deployment_is_a_flow(deployment: dict[str, Any]) -> None:
    """It imports, is named as its file, and takes the parameters that the deployment gives."""
    module, _, name = deployment["entrypoint"].partition(":")
    found = getattr(importlib.import_module(module), name)
    assert isinstance(found, Flow)
    assert found.name == name
    assert deployment["parameters"].keys() <= found.parameters.properties.keys()


@pytest.mark.parametrize(("name", "zone"), [("ingest", "UTC"), ("brief", "Europe/Paris")])
def test_a_schedule_counts_in_its_zone(name: str, zone: str) -> None:
    """Feeds are fetched by UTC, which repeats no hour; the reader's morning is in Paris."""
    [deployment] = [one for one in DEPLOYMENTS if one["entrypoint"] == f"flows.{name}:{name}"]
    assert [schedule["timezone"] for schedule in deployment["schedules"]] == [zone]


def test_the_default_install_asks_for_no_torch() -> None:
    """Only extras do."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert not [one for one in project["dependencies"] if one.startswith(("torch", "sentencepiece"))]
    assert [one for one in project["optional-dependencies"]["hub"] if one.startswith("torch")]


def test_the_flows_load_no_torch() -> None:
    """Even where it is installed."""
    program = "import sys, flows.run, flows.attempt; print('torch' in sys.modules, 'prefect' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert ended.stdout.split() == ["False", "True"]
