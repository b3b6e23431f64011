# Recipes. A machine with Python 3.11 or later and make needs nothing else: uv is brought when it is absent.
# Nothing is written outside this folder, STEWARD_HOME and uv's cache.

UV := $(or $(shell command -v uv 2>/dev/null),.uv/bin/uv)
RUN := .venv/bin
PYTEST ?= -n auto --dist loadfile  # a file's tests share what is dear to make
DEMO_HOME := $(or $(STEWARD_HOME),$(CURDIR)/.demo)

.PHONY: help demo down test check format pictures bench clean

help:  ## Show these recipes
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: .venv/ready  ## Install, then run the whole product on a fictional quarter
	@STEWARD_HOME="$(DEMO_HOME)" $(RUN)/steward demo

down: .venv/ready  ## Stop the demo's server
	@STEWARD_HOME="$(DEMO_HOME)" $(RUN)/steward down

test: .venv/ready-dev  ## Install, then run all tests; PYTEST replaces pytest's arguments
	@$(RUN)/pytest $(PYTEST)

check: .venv/ready-dev  ## Lint, format, types, layers
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .
	@$(RUN)/mypy
	@$(RUN)/lint-imports --no-cache | tail -5

format: .venv/ready-dev  ## Put the code into the house's form
	@$(RUN)/ruff check --fix-only .
	@$(RUN)/ruff format .

pictures: .venv/ready-dev  ## Take the README's pictures anew (needs Chromium)
	@STEWARD_PICTURES="$(CURDIR)/docs/pictures" $(RUN)/pytest -q -m browser tests/engine
	@STEWARD_HOME="$(DEMO_HOME)" $(RUN)/steward demo --no-server >/dev/null
	@STEWARD_HOME="$(DEMO_HOME)" $(RUN)/python -m tests.pictures docs/pictures

bench: .venv/ready-dev  ## Measure, beside peers where they are installed; CORPORA names a folder of .mbox.gz
	@$(RUN)/python tests/benchmarks/mail.py $(or $(CORPORA),../shared/corpora/mail)
	@$(RUN)/python tests/benchmarks/brief.py
	@$(RUN)/python tests/benchmarks/publish.py
	@$(RUN)/python tests/benchmarks/search.py $(or $(CORPORA),../shared/corpora/mail)

clean:  ## Remove what these recipes made here; STEWARD_HOME stays
	@rm -rf .venv .uv .pytest_cache .mypy_cache .ruff_cache .hypothesis dist

# Where uv is absent it is put into .uv by pip, in a virtual environment or, where Debian took venv away, in a folder.
.uv/bin/uv:
	@echo "Bringing uv …"
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: install it, then run make again"; exit 1; }
	@rm -rf .uv
	@python3 -m venv .uv 2>/dev/null && .uv/bin/python -m pip install --quiet --no-cache-dir uv \
		|| { rm -rf .uv && python3 -m pip install --quiet --no-cache-dir --target .uv uv; }

.venv/ready: pyproject.toml | $(UV)
	@echo "Installing Steward …"
	@$(UV) sync --quiet --no-dev --inexact --compile-bytecode
	@touch $@

.venv/ready-dev: pyproject.toml | $(UV)
	@echo "Installing Steward and its test tools …"
	@$(UV) sync --quiet --inexact --all-extras --compile-bytecode
	@touch $@ .venv/ready
