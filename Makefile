# run: the demo on http://127.0.0.1:8000 (another port: make run PORT=8001) · check: the quick checks · test: every check and test · bench: the figures
# lock: the versions of the Python packages (all newest: make lock UPGRADE=--upgrade)
.PHONY: run check test bench lock
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
B := .venv/bin
export PATH := $(CURDIR)/$(B):$(PATH)
export NPM_CONFIG_UPDATE_NOTIFIER := false
# Where it is set, each of the hundreds of programs that tests start would compile all its modules anew.
unexport PYTHONDONTWRITEBYTECODE

# exec: the server takes the place of the shell, so that Ctrl-C and TERM reach it and nothing is left behind.
run:
	@python3 -m tools.prepare run
	@exec $(B)/python -m siegel.demo $(if $(PORT),--port $(PORT))

check:
	@python3 -m tools.prepare check
	$(B)/ruff check
	$(B)/ruff format --check
	$(B)/mypy
	$(B)/lint-imports
	$(B)/deptry src
	$(B)/python -m django makemigrations --check --dry-run --settings tests.settings
	$(B)/npm --prefix web run check

test:
	@python3 -m tools.prepare test
	@$(MAKE) check
	$(B)/npm --prefix web test
	$(B)/pytest -n 2
	$(B)/python -m tests.postgres $(B)/pytest -n 2

bench:
	@python3 -m tools.prepare bench
	$(B)/python -m bench.run

COMPILE = $(B)/uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock:
	@python3 -m tools.prepare check
	$(COMPILE) --group bootstrap --output-file requirements/bootstrap.lock
	$(COMPILE) pyproject.toml --all-extras --group dev --output-file requirements/dev.lock
	$(COMPILE) pyproject.toml --all-extras --group run --constraint requirements/dev.lock --output-file requirements/run.lock
