# Two commands do all the set-up there is:  make demo  renders an example,  make test  passes the tests.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
RUN    := $(BIN)/python

.PHONY: help demo test parity programs dataplane load golden generate lint format types bench instructions clean

help: ## Say what there is
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is needed (Debian: apt-get install python3-venv)"; exit 1; }
	@touch $@

$(VENV)/.run: $(VENV)/.venv pyproject.toml
	@echo "installing into $(VENV) ..."
	@$(RUN) -m pip install -q --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(RUN) -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(VENV)/.run ## Render the README's first example through a real gRPC server
	@$(RUN) -m tools.demo examples/quickstart

test: $(VENV)/.dev ## Run the tests, and print how much of the code they reach
	@$(RUN) -m pytest --cov --cov-report=term

parity: $(VENV)/.dev ## Compare with the real `crossplane composition render` (CROSSPLANE=cli CROSSPLANE_CORE=core)
	@test -x "$(CROSSPLANE)" && test -x "$(CROSSPLANE_CORE)" || { echo "set CROSSPLANE and CROSSPLANE_CORE to the two programs"; exit 1; }
	@CROSSPLANE="$(CROSSPLANE)" CROSSPLANE_CORE="$(CROSSPLANE_CORE)" $(RUN) -m pytest tests/parity

programs: $(VENV)/.dev ## Get the real registries and stores that `make dataplane` runs (Go, npm)
	@$(RUN) -m tools.programs

dataplane: $(VENV)/.dev programs ## Run what is composed with real registries and stores (ARGS=arguments of pytest)
	@$(RUN) -m tests.dataplane $(ARGS)

load: $(VENV)/.dev programs ## Compare the composed registry with a bare one under load
	@LOAD=1 $(RUN) -m tests.dataplane -s tests/dataplane/test_load.py

golden: $(VENV)/.dev ## Write what the examples render to, after a change that is meant
	@$(RUN) -m tools.golden

generate: $(VENV)/.dev ## Write what is generated: apis/, docs/reference.md, the excerpts in README.md
	@$(RUN) -m tools.xrds
	@$(RUN) -m tools.reference

format: $(VENV)/.dev ## Format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lint: $(VENV)/.dev ## Check format, lint, types, layers, and that generated files are up to date
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(RUN) -m tools.xrds --check
	@$(RUN) -m tools.reference --check

bench: $(VENV)/.dev ## Measure what calls cost beside an empty function, into dist/bench.json
	@$(RUN) -m tools.bench

instructions: $(VENV)/.dev ## Count the instructions of calls, and compare with those committed (valgrind)
	@$(RUN) -m tools.bench.instructions --check

include packages.mk

clean: ## Remove what was installed and made
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
