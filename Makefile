# Two commands do everything on a machine with Python 3.11+, make and the package registries: make run, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: run test lint bench soak operations demo-city clean setup develop assets browser lock

run: setup assets            ## set up, start everything with the demo city, print address and accounts
	$(BIN)/yimen serve --demo

test: develop assets browser lint    ## the whole suite; the browser tests too
	$(BIN)/pytest -n 2 --dist loadscope

lint: develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: develop                 ## figures beside the floor measured in the same run
	$(BIN)/python -m bench

soak: develop                  ## long runs: crashes under load, random operations, many officers on many cases
	$(BIN)/python -m bench.soak
	$(BIN)/python -m bench.soak_operations
	$(BIN)/python -m bench.soak_officers

operations: develop            ## docs/operations.md: the table of operations and what every pair of them comes to
	$(BIN)/python -m scripts.operations_matrix

demo-city: setup             ## fill the database: make demo-city RESIDENTS=20000 CASES=3000 SEED=1
	$(BIN)/yimen demo-city --residents $(or $(RESIDENTS),2000) --cases $(or $(CASES),300) --seed $(or $(SEED),1)

setup: $(VENV)/.product

develop: $(VENV)/.develop

$(VENV)/.product: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -r requirements.lock
	$(PIP) install --quiet --no-deps --editable .
	touch $@

$(VENV)/.develop: $(VENV)/.product requirements-dev.lock
	$(PIP) install --quiet -r requirements-dev.lock
	touch $@

assets: setup                ## htmx and Swagger UI from the npm registry into api/web/static/vendor
	$(BIN)/python scripts/assets.py

browser: develop               ## Chromium and a Chinese font for the browser tests (Debian, as root); else they skip
	$(BIN)/python scripts/browser.py

lock: develop                  ## pin the newest versions that requirements*.in allow
	$(PIP) install --quiet pip-tools
	$(BIN)/pip-compile --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --no-header -o requirements-dev.lock requirements-dev.in
	$(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --no-header -c requirements-dev.lock -o requirements.lock requirements.in

clean:                       ## remove the environment, built files and the local database
	-test -x $(BIN)/yimen && $(BIN)/yimen db stop
	rm -rf $(VENV) var node_modules api/web/static/vendor build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
