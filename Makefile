# The two commands of a fresh machine are `make demo` and `make test`; everything lands in .venv.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench docs lock clean

BIN := .venv/bin
WORKERS ?= 3
COMPILE := $(BIN)/uv pip compile --quiet --no-header --no-emit-index-url \
	--generate-hashes --universal --python-version 3.11

help:  ## say what each target does
	@sed -n 's/^\([a-z]*\):.*## */  make \1	/p' Makefile

setup:  ## make .venv with everything a developer needs
	@scripts/setup.sh dev

demo:  ## set up, then run the whole line on a made-up world; results in demo/
	@scripts/setup.sh run
	@$(BIN)/spoor demo --out demo

# Many tests start the program anew: it is compiled once even where that is otherwise not wanted.
test: setup  ## set up, then run all tests
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: setup  ## formatting, lint, types and import layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup  ## speed, memory and accuracy on pinned inputs
	@set -e; for script in bench/*.py; do \
		if [ -e "$$script" ]; then echo "== $$script"; $(BIN)/python "$$script"; fi; done

docs: setup  ## print the pages that are made from the program
	@$(BIN)/python -m app.reference > docs/commands.md.new
	@mv docs/commands.md.new docs/commands.md
	@$(BIN)/python -m app.source_keys docs/new-source.md > docs/new-source.md.new
	@mv docs/new-source.md.new docs/new-source.md
	@$(BIN)/python -m app.failure_words > docs/failures.md.new
	@mv docs/failures.md.new docs/failures.md
	@$(BIN)/python -m app.sources_page > docs/sources.md.new
	@mv docs/sources.md.new docs/sources.md
	@$(BIN)/python -m graph.schema

lock: setup  ## pin and hash the requirements anew
	@$(COMPILE) pyproject.toml --group dev -o requirements/dev.txt
	@$(COMPILE) pyproject.toml -c requirements/dev.txt -o requirements/run.txt
	@$(COMPILE) requirements/build.in -c requirements/dev.txt -o requirements/build.txt
	@for part in build shop forum; do \
		$(COMPILE) requirements/servers-$$part.in -o requirements/servers-$$part.txt; done

clean:  ## remove what was built; workspaces stay
	rm -rf .venv build dist demo .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
