# Every target makes the virtual environment it needs from pinned, hashed requirements.
PYTHON ?= python3
PIP = bin/pip --disable-pip-version-check --quiet
RUN = .venv-run
DEV = .venv
# The servers, and of the libraries they need those that little else needs.
MTAS = exim4-daemon-light opensmtpd libevent-2.1-7 libgnutls-dane0 libidn12 libunbound8

# Chromium is the system's.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD = 1

.PHONY: help demo test node mtas lint format soak bench pictures messages wheel requirements clean

help:  ## what can be made here
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

demo: $(RUN)/.ready  ## the whole pipeline on the sample newsletter, to a mail server on loopback
	$(RUN)/bin/mailbag demo

test: $(DEV)/.ready  ## every test but the long runs
	$(DEV)/bin/pytest -n auto --maxprocesses 4

node: tests/node/node_modules/.ready  ## what some tests take from npm: axe-core, and the Nu HTML checker

mtas: build/mtas/.ready  ## mail servers that some tests need and Debian does not install beside Postfix

lint: $(DEV)/.ready  ## ruff, mypy and the layering
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/mypy
	$(DEV)/bin/lint-imports --no-cache

format: $(DEV)/.ready  ## put the code into the house's form
	$(DEV)/bin/ruff check --fix .
	$(DEV)/bin/ruff format .

soak: $(DEV)/.ready  ## the long runs: hundreds of kills, large lists
	$(DEV)/bin/pytest -m soak -p no:randomly

bench: $(DEV)/.ready  ## measured figures as one JSON document
	$(DEV)/bin/python -m tests.bench

pictures: $(DEV)/.ready  ## kept and shown pictures taken anew; look at each before you commit it
	$(DEV)/bin/python -m tests.clients.pictures
	$(DEV)/bin/python -m tests.pictures
	$(DEV)/bin/python -m tests.contact_sheet

messages: $(DEV)/.ready  ## the words of the program brought into its catalogues
	$(DEV)/bin/python -m tests.messages

wheel: $(DEV)/.ready  ## the distribution
	$(DEV)/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

requirements:  ## pins made anew; needs uv on the PATH
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade \
	  --group build pyproject.toml -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade \
	  --group build --group test --group lint pyproject.toml -o requirements/dev.txt

clean:  ## what the other targets left
	rm -rf $(RUN) $(DEV) tests/node/node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# No script of a package's is run; the lock holds a hash of each.
tests/node/node_modules/.ready: tests/node/package.json tests/node/package-lock.json
	npm ci --prefix tests/node --ignore-scripts --no-audit --no-fund
	@touch $@

# Only unpacked: they conflict as packages. An old list of packages names files that are gone.
build/mtas/.ready:
	rm -rf build/mtas
	mkdir -p build/mtas/packages
	cd build/mtas/packages && { apt-get download -q $(MTAS) || { apt-get update -q && apt-get download -q $(MTAS); }; }
	for package in build/mtas/packages/*.deb; do dpkg -x "$$package" build/mtas/root || exit 1; done
	chmod u-s build/mtas/root/usr/sbin/exim4
	@touch $@

$(RUN)/.ready: requirements/run.txt pyproject.toml
	$(PYTHON) -m venv $(RUN)
	$(RUN)/$(PIP) install --require-hashes -r requirements/run.txt
	$(RUN)/$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV)/.ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(DEV)
	$(DEV)/$(PIP) install --require-hashes -r requirements/dev.txt
	$(DEV)/$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
