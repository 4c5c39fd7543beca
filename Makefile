# `make` alone lists the targets. Variables: PYTHON=... (which Python makes the environment), TORCH_INDEX=... (the
# address of one more package index, to choose a build of torch).

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.11 python3; do $$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done)
TORCH_INDEX ?=

BIN := .venv/bin
INSTALLED := .venv/installed

export OMP_NUM_THREADS := 1

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[.a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: .venv
.venv: $(INSTALLED) ## make or refresh the environment that everything below uses

$(INSTALLED): pyproject.toml constraints.txt
	@$(or $(PYTHON),false) -c '$(NEW_ENOUGH)' 2>/dev/null || { \
		echo "Spacewright needs Python 3.11 or newer, and found $$($(or $(PYTHON),python3) --version 2>/dev/null || echo no Python at all);" \
			"install one, or name it with make PYTHON=..."; exit 1; }
	@echo "Installing into .venv what constraints.txt pins: torch and about sixty small packages." \
		"A CPU build of torch is a download of about 200 MB, a CUDA build of several GB; TORCH_INDEX=... chooses."
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check \
		$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -c constraints.txt -e '.[web,dev]'
	@touch $@

.PHONY: test
test: $(INSTALLED) ## run the tests
	$(BIN)/pytest

.PHONY: check
check: $(INSTALLED) ## lint, formatting, types, layers and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

.PHONY: format
format: $(INSTALLED) ## put the code in the house's format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

.PHONY: acceptance
acceptance: $(INSTALLED) ## what takes longer: the slow tests, then the quick-start example from start to end
	$(BIN)/pytest -m slow
	$(BIN)/python -m nas_engine run examples/quickstart.json --out var/quickstart

.PHONY: clean
clean: ## remove the environment and the caches; var/, which holds results, stays
	rm -rf .venv build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find nas_engine webapp tests -name __pycache__ -type d -prune -exec rm -rf {} +
