# Every target stands on its own: it makes .venv first if that is missing or older than the lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=
TESTS ?=

.DEFAULT_GOAL := help
.PHONY: help run test lint types bench bench-pairs soak docs pictures lock texts kerberos new-rule bundle format clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Calvox needs Python 3.11 or newer"'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

run: $(STAMP) ## Set up and play the story: one call, packs, CALs (ARGS=--exit, ARGS=--fresh)
	@$(BIN)/calvox demo $(ARGS)

test: $(STAMP) lint types ## Set up and run every check and every test
	$(BIN)/pytest -n auto --dist loadfile --durations=25 $(TESTS)

lint: $(STAMP) ## Style, imports between folders, lock file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	@! grep -n '://' requirements*.lock

types: $(STAMP) ## Types
	$(BIN)/mypy

kerberos: $(STAMP) ## Add Kerberos for surveys (needs gcc, python3-dev, libkrb5-dev)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-kerberos.lock

new-rule: $(STAMP) ## Begin a rule of the doctor: make new-rule NAME=host-something
	$(BIN)/python -m tools.new_rule $(NAME)

format: $(STAMP) ## Put the code into house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench-pairs: $(STAMP) ## Measure acquire and release over TLS beside floors and peers (ARGS="--cals 1000 1000000")
	$(BIN)/python -m bench.pairs --write docs/benchmarks-pairs.md $(ARGS)

bench: $(STAMP) ## Measure speed beside floors and peers, write docs/benchmarks.md (10 minutes)
	$(BIN)/python -m bench --write docs/benchmarks.md $(ARGS)

soak: $(STAMP) ## Long fuzzing and many kills, by hand; note the result in docs/soak.md
	CALVOX_SOAK=1 $(BIN)/pytest -n auto --dist loadfile tests/soak $(TESTS)

pictures: $(STAMP) ## Take the screenshots of the documentation anew, from the tests
	CALVOX_PICTURES=docs/images $(BIN)/pytest -n auto --dist loadfile tests/browser

docs: $(STAMP) ## Build the documentation into site/
	$(BIN)/python tools/make_reference.py
	$(BIN)/python tools/make_openapi.py
	$(BIN)/python tools/make_rules.py
	$(BIN)/zensical build --strict --config-file mkdocs.yml

bundle: $(STAMP) ## One archive for a stick: wheels for Linux and Windows, hashes, SBOM, signature, installers
	$(BIN)/python -m tools.bundle $(ARGS)

texts: $(STAMP) ## Gather, merge and compile the French and English texts
	$(BIN)/python tools/make_texts.py

lock: $(STAMP) ## Resolve the dependencies anew (needs uv)
	$(BIN)/python tools/make_lock.py

clean: ## Remove what was built; the data in var/ stays
	rm -rf $(VENV) site dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .cache
