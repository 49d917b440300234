# setup · repro · serve · up · test · check · proto · bench · fuzz · lock · clean. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
# TORCH: what pip installs for torch. TORCH_INDEX: an index to take it from (the CPU or a CUDA build; see the README).
TORCH ?= torch==2.13.0
TORCH_INDEX ?=
CORPORA ?=
PYTEST_ARGS ?=

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export DVC_NO_ANALYTICS := 1
export TOKENIZERS_PARALLELISM := false
export HF_HUB_DISABLE_TELEMETRY := 1

STAMP := $(VENV)/.installed

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP)  ## one virtual environment from the one lock

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or later is needed, $(PYTHON) is " + sys.version.split()[0] + "; choose another with make PYTHON=...")'
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "setup: installing the locked packages into $(VENV) (a few minutes, about 2 GB)"
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) '$(TORCH)'
	@grep -v '^torch==' requirements.lock > $(VENV)/without-torch.txt
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $(VENV)/without-torch.txt
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

PROTO := $(VENV)/proto/.installed
$(PROTO): $(STAMP) proto/requirements.txt
	@$(PYTHON) -m venv $(VENV)/proto
	@$(VENV)/proto/bin/python -m pip install --quiet --disable-pip-version-check --requirement proto/requirements.txt
	@touch $(PROTO)

repro: setup  ## raw corpora to report: dvc repro (CORPORA=DIR: over real corpora in DIR)
ifeq ($(CORPORA),)
	dvc repro
	@echo "report: data/report/report.html"
else
	python -m pipelines.overlay real "$(CORPORA)"
	cd runs/real && dvc repro report
	@echo "report: runs/real/data/report/report.html"
endif

serve: setup  ## all services and a worker on this machine
	taiyi serve

up:  ## a team's set-up in containers: databases, an S3 store, services, a worker
	docker compose --profile services up --wait

test: setup  ## all tests that can run here, on all cores
	pytest -n auto --dist loadfile $(PYTEST_ARGS)

unit: setup  ## the unit tests alone, on all cores
	OMP_NUM_THREADS=1 pytest -n auto --dist worksteal -m 'not integration and not e2e' $(PYTEST_ARGS)

proto: $(PROTO)  ## code from the contracts, into proto/gen
	$(VENV)/proto/bin/python proto/generate.py

check: setup $(PROTO)  ## ruff, formatting, mypy; contracts linted, compatible, their code fresh
	ruff check .
	ruff format --check .
	mypy
	$(VENV)/proto/bin/python proto/generate.py --check

BENCHMARKS := records corpora curation instructions scoring serving
bench: setup  ## the benchmarks, each against a named peer
	@for name in $(BENCHMARKS); do echo "== $$name"; python benchmarks/$$name.py || exit 1; done

fuzz: setup  ## every task on a million answers, every reader on damaged files (ten minutes a family of formats); findings go to .state
	python benchmarks/fuzz_answers.py --findings .state/answers
	python benchmarks/fuzz_readers.py --findings .state/findings

lock: $(STAMP)  ## write requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --all-extras --no-header --no-annotate --quiet pyproject.toml -o $(VENV)/lock.txt
	{ echo "# Exact versions for every dependency of pyproject.toml, all extras. Written by 'make lock'; do not edit."; grep -vE '^(nvidia-|triton|cuda-|torch==)' $(VENV)/lock.txt; echo '$(TORCH)'; } > requirements.lock

clean:  ## remove outputs (not the virtual environment, not DVC's cache)
	rm -rf runs .state data/samples data/raw data/records data/curated data/instructions data/base_model data/tokens data/adapters data/predictions data/evaluation data/report data/manifests data/metrics

.PHONY: help setup repro serve up test unit check proto bench lock clean
