# Two commands do everything on a fresh machine: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
.DEFAULT_GOAL := help
.PHONY: help run test check lint types cov bench docs lock clean examples

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(VENV)/run ## install, then start the server with the demo page; ARGS="--port 9000"
	$(BIN)/capserver serve $(ARGS)

test: $(VENV)/dev browser ## install what tests need, then run all of them
	$(MAKE) --no-print-directory lint types
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report= $(ARGS)
	$(MAKE) --no-print-directory cov

check: $(VENV)/dev ## the quick part, for between commits (no browser, few examples)
	$(MAKE) --no-print-directory lint types
	$(BIN)/python -m pytest -n 2 --dist loadfile -q --ignore=tests/e2e --hypothesis-profile=quick $(ARGS)

lint: $(VENV)/dev ## style, names, and the floors of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache

types: $(VENV)/dev ## strict types
	$(BIN)/mypy

cov: ## what the last `make test` did not reach; fails under 95 %, on the core under 100 %
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --fail-under=100 --include="$(CORE)"

comma := ,
empty :=
space := $(empty) $(empty)
CORE := $(subst $(space),$(comma),$(addprefix capserver/,\
	session.py agenda.py ledger.py lanes.py delivery.py history.py turn.py offer.py effects.py rates.py \
	greeting.py terms.py calls/*.py manifest/*.py schema/*.py vocabulary.py errors.py protocol/*.py))

bench: $(VENV)/dev ## speed and memory, as ratios against a peer or the bare limit
	$(BIN)/python -m tests.bench $(ARGS)

examples: $(VENV)/dev ## run every example
	$(BIN)/python -m pytest -q tests/test_examples.py

docs: $(VENV)/dev ## write the generated pages anew
	$(BIN)/capserver config --reference > capserver/CONFIGURATION.md

lock: $(VENV)/dev ## pin every dependency to the newest version that fits
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --no-header --no-annotate \
		--extra dev --upgrade pyproject.toml -o requirements.lock

clean: ## remove what was installed and built
	rm -rf $(VENV) build dist .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Installed once; again when what is wanted has changed.

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "capserver needs Python 3.11 or newer; name one: make run PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/run: $(VENV)/python pyproject.toml requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check -c requirements.lock -e .
	touch $@

$(VENV)/dev: $(VENV)/python pyproject.toml requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check -c requirements.lock -e '.[dev]'
	touch $@ $(VENV)/run

.PHONY: browser
browser: $(VENV)/dev
	@tests/browser.sh $(BIN)/python
