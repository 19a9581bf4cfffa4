# The menu. `make corpus && make train` is the whole job; `make help` lists the rest.
SHELL := /bin/sh
NAME ?= demo
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# `train` is below with what it needs; the clean stage is `make clean-text`, because `make clean` deletes.
STAGES := vet crawl intake clear extract dedupe split publish sample scan
SITE := $(if $(filter demo,$(NAME)),corpora/demo/site/robots.txt)
.PHONY: help setup corpus train test check bench report status clean clean-text $(STAGES)

help: ## list the targets
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(VENV)/ready ## make .venv with everything, pinned

$(VENV)/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "sitecorpus needs Python 3.11 or newer; set PYTHON=python3.11"; exit 2; }
	@echo "Setting up $(VENV) (about two minutes, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

corpus: setup $(SITE) ## NAME=demo: from a site to a published dataset
	@$(BIN)/sitecorpus build $(NAME) --through publish

train: setup $(SITE) ## NAME=demo: fit, judge, sample, scan, report
	@$(BIN)/sitecorpus build $(NAME)

corpora/demo/site/robots.txt: | setup
	@$(BIN)/sitecorpus demo corpora/demo/site

$(STAGES): setup $(SITE)
	@$(BIN)/sitecorpus $@ $(NAME)

clean-text: setup $(SITE)
	@$(BIN)/sitecorpus clean $(NAME)

report: setup ## NAME=demo: write the one page to look at
	@$(BIN)/sitecorpus report $(NAME)

status: setup ## NAME=demo: where each stage stands
	@$(BIN)/sitecorpus status $(NAME)

test: setup ## the test suite
	@$(BIN)/python -m pytest -q

check: setup ## formatting, lint, types, imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

clean: ## NAME=demo: delete build/ (it can be made again); archive/ and runs/ stay
	rm -rf corpora/$(NAME)/build
