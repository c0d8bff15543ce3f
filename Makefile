# Thin on purpose: every rule lives in kodebog or in a tool's own settings.
PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
  INSTALL := uv pip install --quiet --python $(BIN)/python
  VENV := uv venv --quiet --clear --python $(PYTHON) .venv
else
  INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
  VENV := $(PYTHON) -m venv --clear .venv
endif
LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11
PYTEST := $(BIN)/python -m pytest -n 2
# of these every test needs a build
BUILT := browser build cards doors interruption live own_interviews
# nbval and JupyterLab start kernels as the build does
SNAPSHOTS := test_pages test_tables test_figures test_evidence test_validation test_readers test_importing test_package test_html
KERNELS := JUPYTER_DEFAULT_PROVISIONER_NAME=kodebog-forked

.DEFAULT_GOAL := help
.PHONY: help env book live test quick thorough trials snapshots fuzz mutants cover lint reproduce newest notebooks translate metadata lab lock audit licences clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

env: .venv/.ready ## Create the environment in .venv/ from requirements.lock (with uv where it is installed)

.venv/.ready: requirements.lock requirements-build.lock pyproject.toml
	@echo "Creating the environment in .venv/ (once, about a minute) …"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(VENV)
	@$(INSTALL) --require-hashes --only-binary :all: -r requirements-build.lock
	@$(INSTALL) --require-hashes --no-deps --no-build-isolation -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

book: env ## Execute the notebooks and build the book: _build/html/index.html and _build/report.pdf
	@$(BIN)/kodebog build

live: env ## Serve the book while you write it, and show each edit at once
	@$(BIN)/kodebog live

test: env ## Run the tests: package, data, pages in a browser, and each notebook against its stored outputs (3 to 6 minutes)
	@$(KERNELS) $(PYTEST) --dist loadscope --nbval --nbval-cell-timeout=120 tests notebooks

quick: env ## Run the tests that need no build, no browser and no study to break (20 seconds)
	@$(PYTEST) -q -m "not trial and not thorough and not built and not checks" $(BUILT:%=--ignore=tests/test_%.py) tests

thorough: env ## Run the tests that build further books or look at every page, as each push does (10 to 17 minutes)
	@$(PYTEST) --dist loadgroup -m "thorough and not trial" tests

trials: env ## Run the tests of minutes each: builds stopped at any moment, one corrupted coding at a time
	@$(PYTEST) --dist loadgroup -m trial tests

lint: env ## Check style, types, and who may import whom
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-logo

cover: export COVERAGE_FILE := $(CURDIR)/_build/coverage/data
cover: env ## Measure which lines the tests reach, sub-processes included, and fail below 90 %
	@rm -rf _build/coverage; mkdir -p _build/coverage
	@ended=0; $(BIN)/coverage run -m pytest -q -n 2 --dist loadgroup -m "not trial" tests || ended=1; \
	$(BIN)/coverage combine -q; $(BIN)/coverage report --skip-covered || ended=1; exit $$ended

mutants: env ## Change study and analysis in small ways, one at a time, and see that the tests notice (half an hour)
	@$(BIN)/python benchmarks/mutants.py

reproduce: env ## Build the last commit twice, in different surroundings, and print what differs
	@$(BIN)/kodebog reproduce

newest: ## Build the book with the newest versions of everything, without the lock, in an environment of its own
	@$(PYTHON) benchmarks/newest.py

fuzz: env ## Try many random inputs, other ones each time
	@HYPOTHESIS_PROFILE=fuzz $(PYTEST) tests/test_fuzz.py tests/test_hostile.py tests/test_properties.py -m "not trial" -k "fuzz or escaped or formula or order or removing or totals or entry or valid"

notebooks: env ## Execute the notebooks and store their outputs in notebooks/
	@$(BIN)/kodebog notebooks

snapshots: env ## Accept what generated pages, tables, figures and faults say now, in tests/test_*/
	@$(BIN)/python -m pytest -q --force-regen $(SNAPSHOTS:%=tests/%.py); git diff --stat -- $(SNAPSHOTS:%=tests/%)

translate: env ## Bring the catalogues of other languages up to date, and say what they lack
	@$(BIN)/kodebog translate

metadata: env ## Write codemeta.json and ro-crate-metadata.json from what they describe
	@$(BIN)/kodebog metadata

lab: env ## Open the notebooks in JupyterLab; LANGUAGE=en or da: copies with numbers and links filled in
	@$(if $(LANGUAGE),$(BIN)/kodebog notebooks --language $(LANGUAGE))
	@$(KERNELS) $(if $(LANGUAGE),KODEBOG_LANGUAGE=$(LANGUAGE)) $(BIN)/jupyter lab --notebook-dir=$(if $(LANGUAGE),_build/notebooks-$(LANGUAGE),notebooks) --ContentsManager.pre_save_hook=kodebog.publish.lab.keep_private

lock: ## Resolve both lock files anew from pyproject.toml (needs uv)
	$(LOCK) --group dev --all-extras -o requirements.lock pyproject.toml
	$(LOCK) --group build -o requirements-build.lock

audit: ## Look for known vulnerabilities in requirements.lock (needs uv and the network)
	uvx pip-audit@2.10.1 --require-hashes --disable-pip -r requirements.lock -r requirements-build.lock

licences: env ## List the licence of every installed package in THIRD_PARTY.md (needs uv)
	uvx pip-licenses@5.5.5 --python $(BIN)/python --format markdown --with-system --ignore-packages kodebog --output-file THIRD_PARTY.md

clean: ## Remove what was built
	rm -rf _build
