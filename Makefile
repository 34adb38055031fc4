# make run and make test do all the set-up they need on a machine with Python 3.11+, git and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal
export MLFLOW_DISABLE_TELEMETRY := true
export DVC_NO_ANALYTICS := true
# for the pipeline's stages, whatever environment is active
export CLAUDICO_PYTHON := $(CURDIR)/$(BIN)/python

.PHONY: run test slow fresh lint types check http literature docs lock help test-env mutants \
	bench-generator bench-scoring bench-spark bench-overrides bench-http bench-sets \
	bench-novelty bench-forms bench-triage bench-models bench-excess bench-shift bench-labelled \
	bench-asking bench-page bench-report tune \
	fuzz-files fuzz-http \
	environment environment-dev environment-bench new-environment

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: environment ## set up, run the pipeline, score the real cases, show the result
	$(BIN)/python -m dvc repro
	$(BIN)/python -m serve score examples/real_cases.csv --out scored.csv --show

test: environment-dev ## set up and run every test
	$(PYTEST)

slow: environment-dev ## the proofs that take minutes: a store's life in real pipelines, silence, recipes
	$(PYTEST) -m slow

fresh: environment ## whether dvc.lock and reports/ are of this code, by their hashes
	$(BIN)/python .ci/fresh.py

lint: environment-dev ## style and mistakes, by ruff
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

types: environment-dev ## types, by mypy
	$(BIN)/python -m mypy

check: environment ## validate the knowledge and count its numbers
	$(BIN)/python -m data_gen check

http: environment ## answer HTTP requests on 127.0.0.1:8000
	$(BIN)/python -m serve http

literature: environment ## replay published statistics on sampled people
	$(BIN)/python -m data_gen literature

bench-generator: environment-dev ## sampling and the exact posterior; a million patients' calibration
	$(BIN)/python -m benchmarks.generator --proofs | tee benchmarks/generator.txt

bench-excess: environment-dev ## the classifier on 100,000 fresh vignettes
	$(BIN)/python -m benchmarks.excess --out benchmarks/excess.txt

bench-shift: environment-dev ## worlds and records that the model was not trained in
	$(BIN)/python -m benchmarks.shift --out benchmarks/shift.txt

bench-labelled: environment-dev ## what labelled cases bring, where they agree with the knowledge and where not
	$(BIN)/python -m benchmarks.labelled --out benchmarks/labelled.txt

bench-sets: environment-dev ## coverage of prediction sets in each condition; graph and estimator on a million
	$(BIN)/python -m benchmarks.sets --out benchmarks/sets.txt

bench-report: environment-dev ## the estimated class mix, what is flagged, a million rows reported
	$(BIN)/python -m benchmarks.report --out benchmarks/report.txt

bench-forms: environment-dev ## forms of any columns beside the exact posterior of each: excess, sets, components
	$(BIN)/python -m benchmarks.forms --out benchmarks/forms.txt

bench-triage: environment-dev ## over-triage, emergencies missed and risks on sampled patients and real cases
	$(BIN)/python -m benchmarks.triage --out benchmarks/triage.txt

bench-asking: environment-dev ## what each order of asking leads to, question by question
	$(BIN)/python -m benchmarks.asking --out benchmarks/asking.txt

bench-page: environment-dev ## the pages of one case with eight people at once
	$(BIN)/python -m benchmarks.page_load --out benchmarks/page_load.txt

bench-novelty: environment-dev ## each condition left out: novelty beside the exact log-evidence
	$(BIN)/python -m benchmarks.novelty --out benchmarks/novelty.txt

tune: environment-dev ## search for the knobs of ESTIMATOR (default: ours) on the validation part
	$(BIN)/python -m benchmarks.tune --estimator $(ESTIMATOR) --out benchmarks/tune-$(ESTIMATOR).txt
ESTIMATOR ?= mixture-trees

bench-models: environment-bench ## ours beside seven other kinds of model on the same vignettes; the learning curve
	$(BIN)/python -m benchmarks.models --out benchmarks/models.txt
	$(BIN)/python -m benchmarks.learning_curve --out benchmarks/learning_curve.txt

bench-scoring: environment-dev ## a million rows beside the plain script and mlflow models predict
	$(BIN)/python -m benchmarks.scoring

bench-spark: environment-dev ## what a row costs on Spark
	$(BIN)/python -m benchmarks.spark_cost

bench-overrides: environment-dev ## the overrides on published cases and three million patients
	$(BIN)/python -m benchmarks.overrides

bench-http: environment-dev ## the HTTP service beside MLflow's server
	$(BIN)/python -m benchmarks.http_service --seconds 20 --minutes 10

fuzz-files: environment-dev ## 10,000 generated files, 1,000 flipped bits, 100 kills
	CLAUDICO_FILES=10000 CLAUDICO_FLIPS=1000 CLAUDICO_KILLS=100 $(BIN)/python -m pytest tests/serve/output/test_generated_files.py tests/serve/model/test_bundle.py tests/serve/test_whole.py

fuzz-http: environment-dev ## 1,000 generated requests for every route of the service
	CLAUDICO_EXAMPLES=1000 $(BIN)/python -m pytest tests/serve/http/test_openapi.py

test-env: environment-dev ## the MLflow model in its own environment, outside the repository (uses the network)
	$(BIN)/python -m tests.slow.mlflow_environment

mutants: environment-dev ## change the rules in every small way; each change must fail a test
	$(BIN)/python tests/serve/overrides/mutation.py | tee benchmarks/mutants.txt

docs: environment ## write docs/ again from code and knowledge
	$(BIN)/python -m data_gen docs
	$(BIN)/python -m serve.overrides.hazard_log.page > docs/hazards.md

lock: environment-dev ## renew the locks from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(COMPILE) pyproject.toml --extra train --extra http -o requirements.lock
	$(COMPILE) pyproject.toml --extra train --extra http --extra spark --extra dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) pyproject.toml --extra train --extra http --extra bench -c requirements-dev.lock -o requirements-bench.lock
COMPILE := $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

# The environment is looked at each time, and completed where something is missing.
environment environment-dev environment-bench: environment%:
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)' 2>/dev/null || $(MAKE) --no-print-directory new-environment
	@$(BIN)/python .ci/environment.py requirements$*.lock

new-environment:
	@command -v "$(PYTHON)" >/dev/null || { echo "Python 3.11 or newer is missing: install it, or say make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11: say make PYTHON=/path/to/a/newer/python3" >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear .venv || { echo "this Python cannot make virtual environments: install its venv package (Debian: apt-get install python3-venv)" >&2; exit 1; }
