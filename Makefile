# Thin on purpose: every rule lives in kodebog or in a tool's own settings.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help env book test snapshots fuzz lint reproduce notebooks metadata lab lock audit licences clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

env: .venv/.ready ## Create the environment in .venv/ from requirements.lock

.venv/.ready: requirements.lock requirements-build.lock pyproject.toml
	@echo "Creating the environment in .venv/ (once, about a minute) …"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) --require-hashes --only-binary :all: -r requirements-build.lock
	@$(PIP) --require-hashes --no-deps --no-build-isolation -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

book: env ## Execute the notebooks and build the book: _build/html/index.html and _build/report.pdf
	@$(BIN)/kodebog build

test: env ## Run every test: package, data, and each notebook against its stored outputs
	@$(BIN)/python -m pytest -n 2 --dist loadgroup tests
	@$(BIN)/python -m pytest -n 2 --dist loadscope -p no:cacheprovider --nbval --nbval-cell-timeout=120 notebooks

lint: env ## Check style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

reproduce: env ## Build the last commit twice, in different surroundings, and print what differs
	@$(BIN)/kodebog reproduce

fuzz: env ## Try many random inputs, other ones each time
	@HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -n 2 tests/test_fuzz.py tests/test_hostile.py tests/test_properties.py -k "fuzz or escaped or formula or order or removing or totals or entry or valid"

notebooks: env ## Execute the notebooks and store their outputs in notebooks/
	@$(BIN)/kodebog notebooks

snapshots: env ## Accept what the generated pages say now, in tests/test_pages/
	@$(BIN)/python -m pytest -q --force-regen tests/test_pages.py; git diff --stat -- tests/test_pages

metadata: env ## Write codemeta.json and ro-crate-metadata.json from what they describe
	@$(BIN)/kodebog metadata

lab: env ## Open the notebooks in JupyterLab
	@$(BIN)/jupyter lab --notebook-dir=notebooks --ContentsManager.pre_save_hook=kodebog.publish.lab.keep_private

lock: ## Resolve both lock files anew from pyproject.toml (needs uv)
	$(LOCK) --group dev -o requirements.lock pyproject.toml
	$(LOCK) --group build -o requirements-build.lock

audit: ## Look for known vulnerabilities in requirements.lock (needs uv and the network)
	uvx pip-audit --require-hashes --disable-pip -r requirements.lock -r requirements-build.lock

licences: env ## List the licence of every installed package in THIRD_PARTY.md (needs uv)
	uvx pip-licenses --python $(BIN)/python --format markdown --with-system --ignore-packages kodebog --output-file THIRD_PARTY.md

clean: ## Remove what was built
	rm -rf _build
