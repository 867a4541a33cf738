# The two commands of a fresh machine: `make demo` and `make test`. The rest is for those who build.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
SHARED ?=
FUZZ_SECONDS ?= 30

# Modules are compiled once, and not by each of the hundreds of processes that tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check bench lab oracle nightly docs wheel test-wheel clean

demo: $(VENV)/installed
	@$(BIN)/python examples/demo.py

test: $(VENV)/tests-installed
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

# Static only: style, types, and that the generated pages say what the code says.
check: $(VENV)/tests-installed
	@mkdir -p .typing && ln -sfn .. .typing/cloison
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python docs/pages.py --check

docs: $(VENV)/installed
	$(BIN)/python docs/pages.py

# The section of speed in docs/design.md, measured beside the peers that are installed.
bench: $(VENV)/tests-installed
	$(BIN)/python bench/run.py

# A reduced nuage out of network namespaces, with the real kernel and real servers; needs root and Debian's parts.
lab: $(VENV)/tests-installed
	$(BIN)/python examples/lab/record.py

# Real captures and configurations that are not part of this repository: make oracle SHARED=PATH
oracle: $(VENV)/tests-installed
	@test -n "$(SHARED)" || { echo "make oracle SHARED=PATH, where PATH holds captures/ and firewalls/"; exit 2; }
	$(BIN)/python tests/oracle/captures.py "$(SHARED)"
	$(BIN)/python tests/oracle/logs.py "$(SHARED)"
	$(BIN)/python tests/oracle/exports.py "$(SHARED)"
	$(BIN)/python tests/oracle/nfcapd.py "$(SHARED)"
	$(BIN)/python tests/oracle/firewalls.py "$(SHARED)"

# The laws, long random runs, and half a minute of fuzzing for each reader and recogniser.
nightly: $(VENV)/tests-installed
	CLOISON_NIGHTLY=1 $(BIN)/python -m pytest -q -n 2 tests/space tests/network tests/flows tests/captures tests/firewalls tests/fuzz \
	    tests/language/test_folds.py tests/checks/test_referee.py
	$(BIN)/python tests/fuzz/fuzz.py $(FUZZ_SECONDS)

wheel: $(VENV)/tests-installed
	rm -rf build dist
	$(BIN)/python -m build --no-isolation --wheel --outdir dist

# The suite against the wheel, from a folder that holds no source of the program; kernels are compiled anew once above.
test-wheel: wheel
	rm -rf out/wheel
	mkdir -p out/wheel
	$(PYTHON) -m venv out/wheel/venv
	out/wheel/venv/bin/python -m pip install --quiet --disable-pip-version-check "$$(ls dist/*.whl)[test]"
	cp -r tests examples pyproject.toml out/wheel
	cd out/wheel && venv/bin/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m "not compiling and not slow"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/tests-installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/installed

clean:
	rm -rf build dist out *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
