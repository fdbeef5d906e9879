# make demo   the line with the demo clinic on http://127.0.0.1:8000
# make test   the whole test suite
# make check  lint, types, import rules, tests: what CI runs
# make bench  speed, as comparisons in one run

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: demo test check lint bench wheel clean

demo: $(INSTALLED)
	$(BIN)/ivr demo

test: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: lint test

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/ivr prompts check

bench: $(INSTALLED)
	$(BIN)/python -m bench
	$(BIN)/python -m bench.desk

wheel: $(INSTALLED)
	$(BIN)/python -m pip wheel --no-deps --wheel-dir dist .

clean:
	rm -rf .venv dist

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@
