# The front door. `make` alone lists what there is.
SHELL = /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test bench chaos screenshots setup setup-test lint types arch check fmt messages \
	vendor lock audit sbom

VENV = .venv
PY = $(VENV)/bin/python
RUN_LOCKS = requirements-uv.txt requirements.txt requirements-sandbox.txt
TEST_LOCKS = $(RUN_LOCKS) requirements-dev.txt
# A stamp is named after the content of what was installed: what has not changed is not installed
# again, and what has changed is, whatever the files' times say.
RUN_STAMP := $(VENV)/run-$(shell cat $(RUN_LOCKS) | cksum | cut -d' ' -f1)
TEST_STAMP := $(VENV)/test-$(shell cat $(TEST_LOCKS) | cksum | cut -d' ' -f1)
UV = 0.13.8
# uv takes a few seconds and pip half a minute; but only pip knows the machine's own pip.conf, with
# the certificate of a proxy in it, say.
UV_INSTALL = $(VENV)/bin/uv pip install --quiet --python $(PY) --require-hashes
PIP_INSTALL = $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
COMPILE = $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header $(if $(UPGRADE),--upgrade)

# A program that is fetched when it is used, and is no part of the environment.
TOOL = $(VENV)/bin/uv tool run --quiet --from

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

# With exec and the id of make itself: what runs must end with make, even if make is killed.
run: $(RUN_STAMP) ## run everything on this machine (ARGS=--help for its options)
	@exec $(PY) -m loyaltyadmin.web.development --parent "$$PPID" $(ARGS)

test: $(TEST_STAMP) ## linters, types, import contracts and all tests
	@exec $(PY) -m tests.run

setup: $(RUN_STAMP) ## only make the environment that `make run` needs

setup-test: $(TEST_STAMP) ## only make the environment that `make test` needs

bench: $(TEST_STAMP) ## measure engine and pages (ARGS="sdk stores line reading search load plans vitals")
	@exec $(PY) -m tests.bench $(ARGS)

chaos: $(TEST_STAMP) ## kill each process in turn while merchants click (ARGS="--seconds 60 --seed 7")
	@exec $(PY) -m tests.journeys.chaos $(ARGS)

screenshots: $(TEST_STAMP) ## draw every state of every page (ARGS=--accept: so it is to look)
	@exec $(PY) -m tests.browser.gallery $(ARGS)

lint types arch: $(TEST_STAMP)
	@exec $(PY) -m tests.run $@

lint: ## ruff: rules and format
types: ## mypy
arch: ## who may import whom

check: $(TEST_STAMP) ## all of `make test` but the tests
	@exec $(PY) -m tests.run lint types arch templates migrations catalogue

fmt: $(TEST_STAMP) ## let ruff put the code in order
	$(PY) -m ruff check --fix-only .
	$(PY) -m ruff format .

messages: $(TEST_STAMP) ## bring the Arabic catalogue up to date, and compile it
	DEBUG=1 $(PY) manage.py makemessages --locale ar --add-location file \
		--ignore $(VENV) --ignore tests --ignore var
	DEBUG=1 $(PY) manage.py compilemessages --locale ar --ignore $(VENV)

vendor: $(PY) ## fetch Zid's stylesheet, the icons and the font again (needs npm)
	$(PY) -m tools.vendor

audit: $(RUN_STAMP) ## look for known holes in what is locked (asks a database on the network)
	$(TOOL) pip-audit==2.10.1 pip-audit --strict --disable-pip --require-hashes -r requirements.txt

sbom: $(RUN_STAMP) ## write what the app is made of to var/sbom.json (CycloneDX)
	@mkdir -p var
	$(TOOL) cyclonedx-bom==7.5.0 cyclonedx-py requirements --output-reproducible \
		--output-file var/sbom.json requirements.txt

lock: $(TEST_STAMP) ## resolve requirements*.in again (UPGRADE=1 for newer versions)
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-sandbox.in -o requirements-sandbox.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt
	echo "uv==$(UV)" | $(COMPILE) --no-annotate - -o requirements-uv.txt

$(RUN_STAMP): | $(PY)
	@echo "==> Installing what the app needs"
	@$(PIP_INSTALL) -r requirements-uv.txt || echo "==> Going on without uv"
	@files="-r requirements.txt -r requirements-sandbox.txt"; \
		$(UV_INSTALL) $$files || { echo "==> Trying with pip"; $(PIP_INSTALL) $$files; }
	@rm -f $(VENV)/run-*
	@touch $@

$(TEST_STAMP): $(RUN_STAMP)
	@echo "==> Installing what the tests need"
	@files="-r requirements.txt -r requirements-sandbox.txt -r requirements-dev.txt"; \
		$(UV_INSTALL) $$files || { echo "==> Trying with pip"; $(PIP_INSTALL) $$files; }
	@rm -f $(VENV)/test-*
	@touch $@

$(PY):
	@for python in "$(PYTHON)" python3.11 python3 python3.12 python3.13 python3.14 python; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		echo "==> Making the environment $(VENV) with $$python"; \
		"$$python" -m venv --clear $(VENV) && exit 0; \
		rm -rf $(VENV); \
		echo "$$python cannot make an environment. On Debian: apt-get install python3-venv" >&2; \
		exit 1; \
	done; \
	echo "Python 3.11 or newer is needed and was not found on the PATH." >&2; \
	echo "If it is elsewhere: make PYTHON=/path/to/python3" >&2; \
	exit 1
