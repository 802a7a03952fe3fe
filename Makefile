# make run     set everything up and show the demo lecture
# make test    set everything up and run all tests
# make check   the fast tests only (types, style, pure functions), under a minute
# make bench   measure; prints ratios against the rivals' way, asserts nothing
# make drill   kill ffmpeg, encoders and servers at 50 random instants, and look at what comes of it
# make format  let the tools put the code in form
BIN := .venv/bin
# Each worker begins with its share of the tests, in their order, and takes from another's when it is
# done: so what a module's tests share is mostly made once.
WORKERS := -n 2 --dist worksteal
# Slow tests wait for players, recorders and servers half of their time.
SLOW_WORKERS := -n 3 --dist worksteal
FRONT := $(shell find player -type f \( -name '*.ts' -o -name '*.css' -o -name '*.js*' \) \
           -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

.PHONY: run test check bench drill format front environment test-environment
.DEFAULT_GOAL := run

run: environment front
	$(BIN)/flipcast demo $(DEMO)

environment:
	@deploy/environment.sh run

test-environment:
	@tests/install_packages.sh
	@deploy/environment.sh test
	@[ -d player/node_modules/eslint ] || $(BIN)/python player/build_hook.py --with-tests

front: player/dist/.vite/manifest.json

player/dist/.vite/manifest.json: $(FRONT)
	@$(BIN)/python player/build_hook.py

test: test-environment front
	$(BIN)/python -m pytest -m "not slow" $(WORKERS)
	$(BIN)/python -m pytest -m "slow and not postgres" $(SLOW_WORKERS)

check: test-environment front
	$(BIN)/python -m pytest -m "not slow and not postgres" $(WORKERS)

bench: test-environment front
	$(BIN)/python -m tests.benchmarks

drill: test-environment front
	$(BIN)/python -m tests.drill $(DRILL)

format:
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .
