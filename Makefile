# Everything the project can do from a clean checkout.
# All it asks for is Python 3.11 or newer with venv; the rest is set up in .venv, by itself.

UV_VERSION := 0.13.9
PYTHONS ?= python3 python3.14 python3.13 python3.12 python3.11
N ?= 1000000
TIMES ?= 10
SECONDS ?= 600

PY := .venv/bin/python
UV := .venv/.uv-$(UV_VERSION)
SYNC := $(PY) -m uv sync --quiet --frozen --extra cli

# Another environment may be active in this shell; it is not ours.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON := $(PY)
export UV_PYTHON_DOWNLOADS := never
# Trust the certificates the machine trusts, as pip does: there may be a proxy in between.
export UV_SYSTEM_CERTS ?= true

.PHONY: help demo test check generate oracle oracle-doors oracle-modules faults mutation
.PHONY: stress verify-brute bench bench-speed bench-lint fuzz format clean
.DELETE_ON_ERROR:

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "  make %-14s %s\n", $$1, $$2 }'

demo: .venv/.light  ## a tour in the terminal
	@.venv/bin/pamkit demo

test: .venv/.dev  ## the whole test suite, and the coverage the pure packages must have
	@$(PY) -m pytest -n 2 --cov

check: .venv/.dev  ## format, lint, types, import contracts, generated files, lock file
	@$(PY) -m ruff format --check
	@$(PY) -m ruff check
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo
	@$(PY) -m pamkit.docgen --check
	@$(PY) -m uv lock --check --offline --quiet

generate: .venv/.dev  ## write the generated files
	@$(PY) -m pamkit.docgen

oracle: .venv/.dev  ## N random policies against the libpam of this machine (N=1000000)
	@$(PY) -m tests.oracle.run --cases $(N)

oracle-doors: .venv/.dev  ## N random policies through our libpam.so.0 and the system's
	@$(PY) -m tests.oracle.doors --built --cases $(N)

oracle-modules: .venv/.dev  ## modules beside their twins in C, TIMES the usual cases (TIMES=10)
	@PAMKIT_ORACLE_CASES=$(TIMES) $(PY) -m pytest -n 2 tests/oracle -k "test_pam_"

stress: .venv/.dev  ## threads, swapped policies, cancellations: SECONDS of them (SECONDS=600)
	@$(PY) -X dev -m tests.stress.threads --seconds $(SECONDS)

faults: .venv/.dev  ## every fault at every point, against our libpam.so.0 and the system's
	@PAMKIT_FAULTS=full $(PY) -m pytest -n 2 tests/native/faults

mutation: .venv/.dev  ## leave out and swap every line of stock policies: what tells of it
	@$(PY) -m bench.mutation

verify-brute: .venv/.dev  ## N random policies run by run, and their witnesses in libpam (N=1000000)
	@PAMKIT_BRUTE_FORCE=$(N) $(PY) -m pytest -o timeout=0 tests/analysis/test_verify.py -k one_by_one
	@PAMKIT_WITNESSES=2000 $(PY) -m pytest -o timeout=0 tests/oracle/test_witnesses.py

bench: .venv/.bench  ## time a transaction, here and in other bindings
	@$(PY) -m bench.speed --quick transaction
	@$(PY) bench/doors.py
	@$(PY) bench/guest.py
	@$(PY) bench/analysis.py

bench-speed: .venv/.bench  ## time everything beside its peers, and write docs/speed.md (QUICK=--quick)
	@$(PY) -m bench.speed $(QUICK)

bench-lint: .venv/.dev  ## recall and precision of lint on labelled policies
	@$(PY) -m bench.lint

fuzz: .venv/.fuzz-tools  ## bytes that nobody thought of, for SECONDS in all (SECONDS=600)
	@PYTHONPATH=src .venv/.fuzz/bin/python -m fuzz.run --seconds $(SECONDS)

format: .venv/.dev  ## lay the code out, and mend what can be mended by machine
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

clean:  ## remove .venv and all caches
	@rm -rf .venv .coverage .coverage.* .hypothesis .import_linter_cache \
	    .mypy_cache .pytest_cache .ruff_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +


# --- set-up: each set holds the one before it ----------------------------------------------------

.venv/.light: $(UV) pyproject.toml uv.lock
	@echo 'pamkit: installing the command line' >&2
	@$(SYNC) --no-default-groups
	@touch $@

.venv/.dev: .venv/.light
	@echo 'pamkit: installing the development tools' >&2
	@$(SYNC)
	@touch $@

# Not in uv.lock: the fuzzer is made for a few Pythons, and nothing else needs it.
.venv/.fuzz-tools: .venv/.dev fuzz/requirements.txt
	@echo 'pamkit: installing the fuzzer' >&2
	@$(PY) -m uv venv --quiet --clear --python $(PY) .venv/.fuzz
	@$(PY) -m uv pip install --quiet --python .venv/.fuzz/bin/python -r fuzz/requirements.txt
	@touch $@

.venv/.bench: .venv/.dev
	@echo 'pamkit: installing the bindings to compare with' >&2
	@$(SYNC) --group bench
	@touch $@

# A .venv that was copied here from elsewhere, or that lost its Python, is made anew.
ifneq ($(shell $(PY) -IS -c 'print(open(".venv/.home").read())' 2>/dev/null),$(CURDIR))
.PHONY: $(UV)
endif

# The newest Python that can make an environment (on Debian one without python3-venv cannot).
$(UV):
	@found=$$(for python in $(PYTHONS); do \
	    "$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2], sys.argv[1], sep=":")' \
	        "$$python" 2>/dev/null; \
	done | sort -t. -k1,1nr -k2,2nr); \
	for candidate in $$found; do \
	    case $$candidate in 2.*|3.[0-9]:*|3.10:*) continue;; esac; \
	    rm -rf .venv; \
	    if "$${candidate#*:}" -m venv .venv >/dev/null 2>&1; then \
	        echo "pamkit: setting up .venv with Python $${candidate%%:*}" >&2; \
	        $(PY) -m pip install -qq --disable-pip-version-check uv==$(UV_VERSION) || exit 1; \
	        echo '$(CURDIR)' >.venv/.home && touch $@; \
	        exit; \
	    fi; \
	done; \
	rm -rf .venv; \
	echo "pamkit: no Python 3.11 or newer with a working venv; found:" $${found:-nothing}. \
	    "Install one (Debian, Ubuntu: apt install python3 python3-venv)," \
	    "or name one: make PYTHONS=/path/to/python3" >&2; \
	exit 1
