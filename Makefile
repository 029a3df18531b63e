# One word for each job. `make run` and `make test` set up what they need on a machine that has Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help run setup setup-dev test test-quick chaos check lint types lock-check bench bench-peers generate train baseline evaluate lock gazetteer secrets up down clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' Makefile | expand -t 14

run: setup  ## the demo: articles in nine languages through the whole path
	$(BIN)/wirewatch demo

setup: .venv/.run

.venv/.run: requirements.lock pyproject.toml
	ops/setup.sh "$(PYTHON)" requirements.lock
	touch $@

setup-dev: .venv/.dev

.venv/.dev: requirements-dev.lock pyproject.toml
	ops/setup.sh "$(PYTHON)" requirements-dev.lock
	touch $@ .venv/.run

# As many processes as cores; tests with a real server share one (tests/conftest.py).
PARALLEL := $(BIN)/pytest -n auto --durations=10

test: setup-dev  ## all tests, with coverage
	$(PARALLEL) --cov --cov-report=term
	$(BIN)/python -m ops.core_coverage

test-quick: setup-dev  ## unit and contract tests, without servers
	$(PARALLEL) -q tests/unit tests/contract -m "not engines"

chaos: setup-dev  ## ten times all that can happen to the workers; the long form is `python -m bench chaos`
	for turn in 1 2 3 4 5 6 7 8 9 10; do $(BIN)/pytest -q -m chaos || exit 1; done

check: lint types test  ## what CI runs

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev
	$(BIN)/mypy

bench: setup-dev  ## the figures of bench/README.md; ARTICLES=FILE.jsonl for the real ones
	$(BIN)/python -m bench

bench-peers: setup-dev  ## fetch the peers that `python -m bench stream` compares with
	$(BIN)/pip install -q --target .cache/peers -r bench/peers.txt

generate: setup-dev  ## schemas and generated pages
	$(BIN)/python -m ops.generate

gazetteer: setup-dev  ## the shipped names, from ../shared/data/gazetteer
	$(BIN)/python -m ops.gazetteer.build

train: setup-dev  ## the shipped models of names, from ../shared/data; LANGUAGES="de en" for some
	$(BIN)/pip install -q -r ops/train/requirements.txt
	$(BIN)/python -m ops.train $(LANGUAGES)

evaluate: setup-dev  ## how good names, links and topics are on development data, and what is confused
	$(BIN)/pip install -q -r ops/train/requirements.txt
	$(BIN)/python -m ops.train --evaluate $(LANGUAGES)
	$(BIN)/python -m bench samples topics

baseline: setup-dev  ## a plain spaCy NER for `make evaluate` to compare with; an hour or two
	$(BIN)/pip install -q -r ops/train/requirements.txt
	$(BIN)/python -m ops.train.baseline $(LANGUAGES)

lock: setup-dev  ## pin the newest versions that fit pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --extra build --extra dev pyproject.toml -o requirements-dev.lock

lock-check: setup-dev  ## whether each supported Python gets wheels for all that is locked
	$(BIN)/python -m ops.lock_check

secrets:  ## passwords for docker-compose.yml, in secrets/; those that are there stay
	ops/docker/secrets.sh secrets

up: secrets  ## wirewatch with Kafka and Elasticsearch, in containers
	docker compose up --build --detach

down:  ## stop them; the data stays
	docker compose --profile kibana down

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
