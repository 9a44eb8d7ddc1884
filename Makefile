.DEFAULT_GOAL := help
.PHONY: help setup servers demo test check fix lock newest swaps release catalogue mutate docs
.PHONY: screenshots proofs

# The first Python on the path that is new enough.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -E -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null \
	&& echo $$p && break; done)
FOUND = $(or $(PYTHON),$(error Python 3.11 to 3.14 is needed, and no python3 on the path is one))
PORT ?= 8000
RUN := .venv/bin/python
# What npm writes when it has installed all packages.
SERVERS := tests/node/node_modules/.package-lock.json
ICONS := scripts/marks/node_modules/.package-lock.json
# Set for other programs, they would replace the packages of .venv.
unexport PYTHONHOME PYTHONPATH PYTHONSAFEPATH

help:  ## Show what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## Make .venv with the locked packages
	@$(FOUND) '{{cookiecutter.project_slug}}/scripts/environment.py' . requirements.txt

# OpenID Providers and a GitHub that others wrote, for the tests; the icons of the marks.
servers: $(SERVERS) $(ICONS)

$(SERVERS) $(ICONS): %/node_modules/.package-lock.json: %/package-lock.json
	@if ! command -v npm >/dev/null; then \
		echo "There is no npm: tests that need Node.js will be skipped."; \
	else \
		echo "Installing what $* needs ..."; \
		npm ci --prefix $* --no-audit --no-fund --ignore-scripts --loglevel=error \
		|| { echo "npm has failed: tests that need it will be skipped."; \
			case "$(CI)" in ""|0|false) ;; *) exit 1;; esac; }; \
	fi

demo: setup  ## Generate build/demo and serve it (PORT=8000)
	@$(RUN) scripts/demo.py $(PORT)

test: setup servers  ## Run every test; what the machine lacks is named at the end
	$(RUN) -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: setup servers  ## What CI runs: format, lint, types, tests
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(RUN) -m pytest -n 3 --dist loadfile --no-loadscope-reorder
	@$(RUN) scripts/release.py --checked

fix: setup  ## Format, and mend what the linter can mend
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

lock: setup  ## Make all requirements files again (ARGS=--upgrade for newer versions)
	PATH="$(CURDIR)/.venv/bin:$$PATH" $(RUN) scripts/lock.py $(ARGS)

newest: setup  ## Run the app's tests with the newest packages (VERSIONS=lowest, or prerelease)
	PATH="$(CURDIR)/.venv/bin:$$PATH" $(RUN) '{{cookiecutter.project_slug}}/scripts/other_versions.py' \
		$(or $(VERSIONS),newest)

release:  ## Commit and tag a release, here (VERSION=0.2.0); make check must have passed
	@$(FOUND) scripts/release.py '$(VERSION)'

swaps: setup  ## Run the whole suite of an app without Flask-Login, and with Flask-SQLAlchemy-Lite
	$(RUN) -m pytest -m proof tests/dependencies/test_swaps.py

proofs: setup servers  ## Run what takes minutes: the tests that are marked `proof`
	$(RUN) -m pytest -m proof

docs: setup  ## Build the docs as a site with search, in build/docs
	@$(RUN) scripts/docs_site.py

catalogue: setup  ## Write the tables of the providers into the docs again
	$(RUN) '{{cookiecutter.project_slug}}/scripts/provider_pages.py'
	$(RUN) scripts/catalogue.py

marks: setup $(ICONS)  ## Draw the buttons' marks again (ARGS=github for one)
	$(RUN) scripts/marks.py $(ARGS)

screenshots: setup  ## Take a picture of every page into build/screenshots (ARGS=usual for one app)
	$(RUN) scripts/screenshots.py $(ARGS)

scale: setup  ## Four processes behind haproxy: throughput, and servers killed (ARGS=throughput, faults)
	PYTHONPATH=scripts:tests $(RUN) -m scale $(ARGS)

mutate: setup servers  ## Take one check out of the app at a time, and see a test turn red
	$(RUN) scripts/mutate.py $(ARGS)
