# make demo   the line with the demo clinic on http://127.0.0.1:8000
# make test   the whole test suite
# make check  lint, types, import rules, tests: what CI runs
# make bench  speed, as comparisons in one run; 7 GB in var/bench, some 20 minutes the first time
# make ear    the speech model from nothing, see tools/ear/README.md

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed

EAR_BIN := .venv-ear/bin
EAR_INSTALLED := .venv-ear/installed
EAR_WORK ?= var/ear
EAR := OMP_WAIT_POLICY=PASSIVE $(EAR_BIN)/python -m tools.ear --work $(EAR_WORK)

.PHONY: demo test check lint bench wheel clean ear ear-words ear-ship

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
	$(BIN)/python -m bench --large --folder var/bench
	$(BIN)/python -m bench.desk --folder var/bench

wheel: $(INSTALLED)
	$(BIN)/python -m pip wheel --no-deps --wheel-dir dist .

# make ear EXTRA=folder: the model that make ear has made, trained on a clinic's own answers.
ear: $(EAR_INSTALLED)
	$(EAR) $(if $(EXTRA),--extra $(EXTRA))

# make ear-words WORDS=file: a graph with more words for the model that ships, or for MODEL.
ear-words: $(EAR_INSTALLED)
	$(EAR) --words $(WORDS) $(if $(MODEL),--model $(MODEL))

ear-ship:
	cp -r $(EAR_WORK)/model/am $(EAR_WORK)/model/conf $(EAR_WORK)/model/graph ivr/speech/model

clean:
	rm -rf .venv .venv-ear dist

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

$(EAR_INSTALLED): tools/ear/requirements.txt tools/ear/packages.txt
	sh tools/ear/packages.sh
	$(PYTHON) -m venv .venv-ear
	$(EAR_BIN)/python -m pip install --quiet --requirement tools/ear/requirements.txt
	touch $@
