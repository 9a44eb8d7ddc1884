.DEFAULT_GOAL := help
.PHONY: help setup demo test check fix lock mutate

# The first Python on the path that is new enough.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null \
	&& echo $$p && break; done)
PORT ?= 8000
INSTALLED := .venv/installed-requirements.txt
RUN := .venv/bin/python

help:  ## Show what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED)  ## Make .venv with the locked packages

$(INSTALLED): requirements.txt
	@echo "Making .venv and installing requirements.txt (about two minutes) ..."
	@$(or $(PYTHON),$(error Python 3.11 to 3.14 is needed, and no python3 on the path is one)) -m venv .venv
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@cp requirements.txt $@

demo: setup  ## Generate build/demo and serve it (PORT=8000)
	@$(RUN) scripts/demo.py $(PORT)

test: setup  ## Run every test
	$(RUN) -m pytest -n 2 --dist loadfile

check: setup  ## What CI runs: format, lint, types, tests
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(RUN) -m pytest -n 2 --dist loadfile

fix: setup  ## Format, and mend what the linter can mend
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

lock: setup  ## Make all requirements files again (ARGS=--upgrade for newer versions)
	PATH="$(CURDIR)/.venv/bin:$$PATH" $(RUN) scripts/lock.py $(ARGS)

mutate: setup  ## Take one check out of the app at a time, and see a test turn red
	$(RUN) scripts/mutate.py $(ARGS)
