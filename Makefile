# Every target creates .venv first; demo installs the package alone. Requires Python >= 3.10 with venv, and make.
PYTHON ?= python3
BIN := .venv/bin
SMOKE := tests/basics tests/clips tests/feedback tests/labelling tests/queries tests/results tests/reward_model tests/teachers \
	tests/wrappers tests/cli/test_main.py "tests/test_examples.py::test_the_example_runs[three_lines]"
OTHERS := examples/other_libraries/requirements.txt

# One thread for each process: the networks are small, and tests run in parallel.
export OMP_NUM_THREADS := 1

# The C library then returns freed arrays to the system; else a process of the tests grows to 5 GB.
export MALLOC_MMAP_THRESHOLD_ := 1048576

# Where it is set, as in many containers, every process of the tests compiles all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo smoke test check docs benchmark clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: .venv/package  ## teach CartPole without a person or a display, and write a report
	$(BIN)/rlhf-gym demo

smoke: .venv/ready  ## run the one-minute tests: the parts, and one agent that is taught
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow and not desktop" $(SMOKE)

test: .venv/ready  ## run all tests, and the examples in docstrings
	$(BIN)/pytest -n 3 --dist worksteal --doctest-modules rlhf_gym tests

check: .venv/ready  ## check style, types and import contracts, and install the wheel elsewhere
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	.ci/wheel

docs: .venv/docs  ## build the documentation site in docs/_build/html; a warning is an error
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

benchmark: .venv/ready  ## measure the figures of the results page; train only the runs that docs/results lacks
	$(BIN)/python tests/measurements/fitting.py
	$(BIN)/python tests/measurements/memory.py
	$(BIN)/python tests/measurements/constant_data.py
	$(BIN)/python tests/measurements/atari.py
	$(BIN)/python tests/measurements/environments.py
	$(BIN)/python tests/measurements/overhead.py ppo
	$(BIN)/python tests/measurements/overhead.py dqn
	$(BIN)/python tests/measurements/window.py
	$(BIN)/python tests/measurements/a3c.py speed
	$(BIN)/python tests/measurements/a3c.py learning
	$(BIN)/python tests/measurements/processes.py
	$(BIN)/rlhf-gym benchmark classic --out docs/results/classic
	$(BIN)/python tests/measurements/learned.py
	$(BIN)/python tests/measurements/imitation_peer.py
	$(BIN)/python tests/measurements/case_studies.py

clean:  ## remove what the other targets made; runs/ stays
	rm -rf docs/_build docs/environments docs/reference
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/package: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python >= 3.10 is needed; name one: make PYTHON=python3.12" if sys.version_info < (3, 10) else 0)'
	@echo "installing into .venv: PyTorch alone takes a few minutes"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt pip
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/docs: .venv/package
	$(BIN)/pip install --quiet --constraint constraints.txt --group docs --editable .
	@touch $@

.venv/ready: .venv/package rlhf_gym/benchmark/imitation.txt $(OTHERS)
	$(BIN)/pip install --quiet --constraint constraints.txt --group dev --editable .
	$(BIN)/pip install --quiet --constraint constraints.txt --no-deps --requirement rlhf_gym/benchmark/imitation.txt \
		--requirement $(OTHERS)
	@touch $@
