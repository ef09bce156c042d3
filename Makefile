# One word per job; CI says the same words. Every word is safe to run again.
.DEFAULT_GOAL := help
.PHONY: help install run demo test test-exhaustive test-apart chart image fuzz chaos lint format generate bench clean
py := .venv/bin/python
PYTHON ?= python3
HOME_DIR ?= home

help: ## list the words
	@sed -n 's/^\([a-z][a-z0-9-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null || \
	 sed -n 's/^\([a-z][a-z0-9-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST)
	@echo '  make bench-NAME      one benchmark; NAME is a module of bench/'

install: .venv/installed ## make .venv with the locked packages (the other words do it for you)

.venv/installed: pyproject.toml requirements.lock scripts/install
	@PYTHON='$(PYTHON)' scripts/install && touch $@

build/clips/ready: $(wildcard demo/clips/*.py) demo/clip.py .venv/installed
	@echo 'clips: drawing and encoding the demo cameras'\'' pictures, once'
	@$(py) -m demo.clips build/clips && touch $@

run: build/clips/ready ## start the platform with its demo city in the foreground (HOME_DIR=home)
	@exec $(py) -m cli up --home '$(HOME_DIR)'

demo: build/clips/ready ## play the story of first light in a platform of its own, under a minute
	@$(py) -m demo.story

TEST_PROCESSES ?= 2
test: build/clips/ready ## lint, types, and every test (installs foreign programs through apt when root)
	@scripts/foreign-programs
	@scripts/helm
	@$(MAKE) --no-print-directory lint
	@$(py) -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

test-exhaustive: .venv/installed ## every class of question to the policy, and new examples of each property (minutes)
	@$(py) -m pytest tests/truth -m 'exhaustive or not exhaustive' --durations=5
	@$(py) -m pytest tests/unit --hypothesis-profile=explore -n $(TEST_PROCESSES)

test-apart: build/clips/ready ## every service a process, PostgreSQL, NATS by three: the scenarios, and each killed in turn (minutes)
	@$(py) -m pytest tests/apart --apart -m 'apart or not apart'
	@$(py) -m pytest tests/e2e --apart

chart: .venv/installed ## the Helm chart: helm's lint, Kubernetes' own schemas, and what its pods must keep to
	@scripts/helm
	@$(py) -m pytest tests/chart --durations=3

image: ## build the image of all services, where buildah is
	@scripts/image

FUZZ_SECONDS ?= 60
fuzz: .venv/installed ## hostile bytes against each parser of the relay (FUZZ_SECONDS=60 each)
	@mkdir -p build/fuzz
	@for target in rtsp rtp sdp offers rtcp digest mp4 websocket http2; do \
	  mkdir -p build/fuzz/$$target && echo "fuzz: $$target for $(FUZZ_SECONDS) s" && \
	  $(py) -m tests.fuzz $$target -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -verbosity=0 \
	    -artifact_prefix=build/fuzz/$$target- build/fuzz/$$target || exit 1; done

CHAOS_SECONDS ?= 600
CHAOS_TRIES ?= 1000000
CHAOS_COMMANDS ?= 20000
CHAOS_SEED ?=
chaos: build/clips/ready ## churn and faults against a whole platform (CHAOS_SECONDS=600 each, CHAOS_TRIES=1000000, CHAOS_SEED: by chance)
	@$(py) -m chaos.soak --seconds $(CHAOS_SECONDS) $(if $(CHAOS_SEED),--seed $(CHAOS_SEED))
	@$(py) -m chaos.tries --tries $(CHAOS_TRIES) $(if $(CHAOS_SEED),--seed $(CHAOS_SEED))
	@$(py) -m chaos.control --seconds $(CHAOS_SECONDS) --commands $(CHAOS_COMMANDS) $(if $(CHAOS_SEED),--seed $(CHAOS_SEED))

lint: .venv/installed ## style and types
	@$(py) -m ruff check .
	@$(py) -m ruff format --check .
	@$(py) -m mypy services cli demo bench chaos scripts

format: .venv/installed ## put every file in the house's format
	@$(py) -m ruff check --fix . && $(py) -m ruff format .

generate: .venv/installed ## regenerate proto/gen from proto/kapok, the rules of objectives, the dashboards
	@scripts/generate && $(py) -m scripts.slo_rules && $(py) -m scripts.dashboards

bench: build/clips/ready ## every benchmark, one after the other
	@for file in bench/bench_*.py; do name=$$(basename $$file .py); $(py) -m bench.$$name || exit 1; done

bench-%: build/clips/ready
	@$(py) -m bench.bench_$(subst -,_,$*)

clean: ## remove what was installed, built and started here
	rm -rf .venv build bench/results home .pytest_cache .mypy_cache .ruff_cache .hypothesis
