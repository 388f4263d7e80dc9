# Run `make` alone to see the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
IN_VENV := PATH="$(CURDIR)/$(VENV)/bin:$(CURDIR)/.lab/bin:$$PATH" PYTHONPATH="$(CURDIR):$(CURDIR)/plugins:$(CURDIR)/dags"
MIGRATION ?= migrations/lab.yaml

.PHONY: help
help: ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/installed: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is needed: apt-get install python3-venv" >&2; exit 1; }
	$(VENV)/bin/pip install --quiet --disable-pip-version-check uv
	$(VENV)/bin/uv pip install --quiet --compile-bytecode --python $(VENV)/bin/python --requirement requirements-dev.txt
	@touch $@

.PHONY: setup
setup: $(VENV)/installed ## Make the virtual environment

.PHONY: migrate
migrate: setup ## Migrate the lab's estate (MIGRATION=path/to.yaml for another, LAB=up keeps what runs)
	@$(IN_VENV) python -m lab install-packages
	@$(IN_VENV) python -m lab.migrate --definition "$(MIGRATION)"

.PHONY: lab-up
lab-up: setup ## Start the lab, or repair what died
	@$(IN_VENV) python -m lab install-packages
	@$(IN_VENV) python -m lab up

.PHONY: lab-status
lab-status: setup ## Show every part of the lab: state, address, log
	@$(IN_VENV) python -m lab status

.PHONY: lab-down
lab-down: setup ## Stop the lab and leave nothing behind
	@$(IN_VENV) python -m lab down

.PHONY: check
check: setup ## Lint, types, import contracts and unit tests, in two to five minutes
	$(IN_VENV) ruff check .
	$(IN_VENV) ruff format --check .
	$(IN_VENV) mypy
	$(IN_VENV) lint-imports
	$(IN_VENV) pytest -q -n 2 tests/unit

# What only a release asks for: docs/testing.md says why.
FAULTS := tests/contract/faults tests/contract/mariadb/test_following_kills.py
LONG_IN_LAB := tests/lab/test_broken_lines.py tests/lab/test_kills.py tests/lab/test_second_run.py
RELEASE_IN_LAB := $(LONG_IN_LAB) tests/release/test_by_browser.py tests/release/test_velero_faults.py tests/release/test_crowded_namespace.py
# A file stays with one process: its tests share their servers.
SIDE_BY_SIDE := -n 3 --dist loadscope

.PHONY: test
test: check ## Run all tests but those that only a release asks for: unit, DAG integrity, contract, and migrations on a lab of their own
	$(IN_VENV) pytest -q tests/dags
	@$(IN_VENV) python -m lab install-packages --for-tests
	$(IN_VENV) pytest -q tests/browser
	$(IN_VENV) pytest -q $(SIDE_BY_SIDE) -m "not lab" $(FAULTS:%=--ignore=%) tests/contract
	@$(IN_VENV) python -m lab down
	@$(IN_VENV) python -m lab up
	@$(IN_VENV) python -m lab exec -- pytest -q --timeout 3600 -m lab $(LONG_IN_LAB:%=--ignore=%) tests/contract tests/lab; failed=$$?; $(IN_VENV) python -m lab down; exit $$failed

.PHONY: release-test
release-test: setup ## Break everything at its work, kill three migrations, take one the whole way by a browser alone, and run the containers (longer than all others together; part of a release's check)
	@$(IN_VENV) python -m lab install-packages --for-tests --for-containers
	@failed=0; $(IN_VENV) pytest -q --timeout 600 $(FAULTS) || failed=1; \
	for tests in $(RELEASE_IN_LAB); do \
	  $(IN_VENV) python -m lab down && $(IN_VENV) python -m lab up \
	  && $(IN_VENV) python -m lab exec -- pytest -q --timeout 3600 $$tests || failed=1; \
	done; $(IN_VENV) python -m lab down && $(IN_VENV) python -m lab up \
	&& $(IN_VENV) pytest -q tests/release/test_compose.py || failed=1; $(IN_VENV) python -m lab down; exit $$failed

.PHONY: env
env: ## Write .env for docker-compose.yaml, with new random secrets
	@test ! -e .env || { echo ".env exists, and has the keys of the stack that runs: remove it yourself to get new ones" >&2; exit 1; }
	@umask 077; while IFS= read -r line; do case "$$line" in \
	  FERNET_KEY=) line="$$line$$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')" ;; \
	  [A-Z]*=) line="$$line$$(head -c 48 /dev/urandom | base64 | tr '+/' '-_')" ;; \
	esac; printf '%s\n' "$$line"; done < .env.example > .env.draft && mv .env.draft .env

.PHONY: bench
bench: setup ## Measure the lab and the engines against what a user would run by hand (BENCH="--only images --scale 0.1" for a part)
	@$(IN_VENV) python -m lab install-packages
	@$(IN_VENV) python -m benchmarks --runs 3 $(BENCH)

.PHONY: lock
lock: setup ## Compile requirements.txt and requirements-dev.txt again, with hashes and without addresses
	$(VENV)/bin/uv pip compile requirements.in -o requirements.txt --generate-hashes --no-emit-index-url --quiet --python-version 3.11
	$(VENV)/bin/uv pip compile benchmarks/awscli.in -o benchmarks/awscli.txt --generate-hashes --no-emit-index-url --quiet --python-version 3.11
	$(VENV)/bin/uv pip compile requirements-dev.in -o requirements-dev.txt --generate-hashes --no-emit-index-url --quiet --python-version 3.11
