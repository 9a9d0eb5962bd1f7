# Every target makes the environment it needs: a clean clone and a Python 3.11 or newer are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Prefect recompiles itself in every process when the shell forbids bytecode.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-hub bench-models bench-links check lock clean
.DEFAULT_GOAL := demo

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --constraint constraints.txt --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --constraint constraints.txt --editable '.[dev,yfinance]'
	touch $@

# The oldest DuckDB that is supported, laid beside the environment and put in front of it.
build/duckdb-oldest: $(VENV)/installed-dev
	$(BIN)/uv pip install --quiet --python $(BIN)/python --target $@ duckdb==1.5.5
	touch $@

# The golden week, day by day, from a server on this machine; ends with the digest of 28 January 2025.
demo: $(VENV)/installed
	$(BIN)/contrecoup replay examples/deepseek-week --from 2025-01-18 --to 2025-01-29 --show 2025-01-28 --fresh

test: $(VENV)/installed-dev build/duckdb-oldest
	$(BIN)/pytest --numprocesses 2 --dist loadfile --cov --cov-report term:skip-covered
	PYTHONPATH=build/duckdb-oldest $(BIN)/pytest --quiet tests/storage

# The engines of the hub, in an environment with torch: pip fetches that, so that you may point it to a build of yours.
HUB := build/hub-venv
HUB_CONSTRAINTS := --constraint constraints.txt --constraint constraints-hub.txt

$(HUB)/installed: pyproject.toml constraints.txt constraints-hub.txt
	$(PYTHON) -m venv $(HUB)
	$(HUB)/bin/python -m pip install --quiet $(HUB_CONSTRAINTS) uv torch
	$(HUB)/bin/uv pip install --quiet --python $(HUB)/bin/python --compile-bytecode $(HUB_CONSTRAINTS) \
	  --editable '.[dev,hub]' sacrebleu
	touch $@

$(HUB)/installed-training: $(HUB)/installed
	$(HUB)/bin/uv pip install --quiet --python $(HUB)/bin/python --compile-bytecode $(HUB_CONSTRAINTS) --editable '.[training]'
	touch $@

# Every model that ships beside what it replaces, on the same data in one run. REAL is a folder of real captures; MARIAN,
# if you have one, the folder of a Marian model (training/translation.py, or contrecoup models pull).
bench-models: $(HUB)/installed-training
	$(HUB)/bin/python benchmarks/translation.py --real $(REAL)
	HF_HUB_OFFLINE=1 $(HUB)/bin/python benchmarks/embeddings.py --real $(REAL)
	$(HUB)/bin/python benchmarks/topics.py --real $(REAL)
	$(HUB)/bin/python benchmarks/engines.py
	$(if $(MARIAN),$(HUB)/bin/python benchmarks/marian_speed.py $(MARIAN))

# The headline figure: strong links on true dates and on 200 placebo draws. REAL is a folder of real captures.
bench-links: $(VENV)/installed
	$(BIN)/python benchmarks/links.py --real $(REAL)

test-hub: $(HUB)/installed
	OMP_NUM_THREADS=1 $(HUB)/bin/pytest --numprocesses 2 --dist loadfile tests/hub

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Newest versions of everything that the ranges in pyproject.toml admit.
lock: $(VENV)/installed
	$(BIN)/uv pip compile --universal --python-version 3.11 --upgrade --no-annotate --no-emit-index-url \
	  --extra dev --extra yfinance --custom-compile-command 'make lock' --output-file constraints.txt pyproject.toml

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
