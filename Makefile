# Everything is made from two things: Python 3.11 or newer, and requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
GRAPH := build/technews

.PHONY: demo test bench notebooks pictures lock audit clean

demo: $(VENV)/installed ## Build the graph of data/articles in every form, and ask it three questions
	rm -rf $(GRAPH)
	$(BIN)/kg build data/articles -o $(GRAPH)
	$(BIN)/kg export $(GRAPH) -o $(GRAPH).ttl
	$(BIN)/kg export $(GRAPH) -o $(GRAPH).trig
	$(BIN)/kg view $(GRAPH) -o $(GRAPH).html
	@printf '\nWhat is in the graph, and the questions that it knows:\n\n'
	@$(BIN)/kg query $(GRAPH)
	@printf '\nWhere does Muse Spark work?\n\n'
	@$(BIN)/kg query $(GRAPH) deployed-where -p technology='Muse Spark'
	@printf '\nWho acquired what?\n\n'
	@$(BIN)/kg query $(GRAPH) acquisitions
	@printf '\nWhat does OpenAI develop, release or make?\n\n'
	@$(BIN)/kg query $(GRAPH) products-of -p company=OpenAI

test: $(VENV)/installed ## Everything that guards the project
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/pytest

notebooks: $(VENV)/installed ## Run the notebooks, and store their outputs in them
	$(BIN)/python tests/store_notebooks.py

pictures: demo ## The pictures of README, made anew
	$(BIN)/python tests/pictures.py --graph $(GRAPH)

bench: $(VENV)/installed ## How fast it is: prints a table, and writes build/bench.json
	$(BIN)/python tests/bench.py

# One lock for all: what runs, tests and builds the project. Made with the oldest Python that it supports, so that
# newer ones need nothing more.
lock:
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check pip-tools
	build/lock/bin/pip-compile --generate-hashes --all-extras --strip-extras --allow-unsafe --no-emit-index-url \
		--no-emit-options --no-emit-trusted-host --no-header --output-file requirements.lock pyproject.toml

audit: ## Known weaknesses of what the lock pins, as PyPI has them
	$(PYTHON) -m venv build/audit
	build/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	build/audit/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find kg tests -name __pycache__ -type d -exec rm -rf {} +

# The build tools stand in the lock too: without isolation, nothing is fetched that it does not pin.
$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@
