"""A real Prefect server, a real worker: the deployments of prefect.yaml as an operator uses them."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import pytest

from contrecoup.settings import read_settings
from extractors.replay import serve
from storage.store import open_store

ROOT = Path(__file__).parents[2]
SETTINGS = """
[network]
connect_to = "{address}"

[[feeds]]
url = "http://www.gazette.example/rss.xml"
name = "Gazette"
lang = "fr"
"""
FEED = """<rss version="2.0"><channel><title>Gazette</title>
<item><title>Nvidia chute de 17 %</title><link>http://www.gazette.example/nvidia.html</link>
<pubDate>Mon, 27 Jan 2025 21:25:00 GMT</pubDate></item></channel></rss>"""
EVERY_DEPLOYMENT = {
    ("flows.ingest:ingest", "half-hourly"),
    ("flows.extract:extract", "half-hourly"),
    ("flows.enrich:enrich", "half-hourly"),
    ("flows.link:link", "morning"),
    ("flows.brief:brief", "morning"),
    ("flows.mail:mail", "five-minutely"),
}


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(arguments: list[str], env: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        arguments, env=env, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _eventually(condition: Callable[[], bool], *, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            if condition():
                return True
        except OSError:
            pass
        time.sleep(0.5)
    return False


def _answers(url: str) -> bool:
    with urllib.request.urlopen(url, timeout=2):
        return True


def _has_scheduled_runs(api: str) -> bool:
    wanted = json.dumps({"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}).encode()
    request = urllib.request.Request(f"{api}/flow_runs/count", wanted, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=2) as answer:
        return int(answer.read()) > 0


@pytest.mark.integration
def test_every_flow_deploys_and_a_worker_completes_a_run(tmp_path: Path) -> None:
    """Six deployments are made and scheduled, and a run of one ends Completed with its rows in the database."""
    site = tmp_path / "sites" / "www.gazette.example"
    site.mkdir(parents=True)
    (site / "rss.xml").write_text(FEED)
    (site / "nvidia.html").write_text("<html lang=fr><title>Nvidia</title><p>Le titre a perdu 17 % lundi.</p></html>")
    api = f"http://127.0.0.1:{_free_port()}/api"
    env = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "CONTRECOUP_HOME": str(ROOT),
    }

    def prefect(*arguments: str) -> str:
        done = subprocess.run(["prefect", *arguments], env=env, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    port = api.split(":")[2].split("/", maxsplit=1)[0]
    with (
        serve(tmp_path / "sites") as replay,
        _running(["prefect", "server", "start", "--host", "127.0.0.1", "--port", port], env),
    ):
        config = tmp_path / "contrecoup.toml"
        config.write_text(SETTINGS.format(address=replay.address))
        assert _eventually(lambda: _answers(f"{api}/health"), within_s=120)
        prefect("work-pool", "create", "local", "--type", "process")
        prefect("--no-prompt", "deploy", "--all")
        listed = json.loads(prefect("deployment", "ls", "--output", "json"))
        assert {(one["entrypoint"], one["name"]) for one in listed} == EVERY_DEPLOYMENT
        assert _eventually(lambda: _has_scheduled_runs(api), within_s=60)
        with _running(["prefect", "worker", "start", "--pool", "local", "--limit", "1"], env):
            told = prefect(
                *("deployment", "run", "ingest/half-hourly", "--watch", "--watch-timeout", "180"),
                *("--param", f"config={config}", "--param", "now=2025-01-28T05:30:00Z"),
            )
        assert "Completed" in told
    with open_store(read_settings(config).database) as store:
        assert (store.count("entries"), store.count("pages")) == (1, 1)
