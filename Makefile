# Oven: everything a checkout needs. `make help` lists the targets.

.DEFAULT_GOAL := help
.PHONY: help build pins install test fuzz demo screens verify verify-logits verify-hub verify-npu format lint runtime model clean
.PHONY: dist wheel verify-dist verify-serve soak bench-bake bench-grammar bench-tokenizer bench-quantization bench-kernels
.PHONY: bench-run bench-run-optimum bench-run-hybrid bench-serve

# One configuration for the program, the demo and the tests, so that nothing is compiled twice.
CONFIG    := release
SWIFT     ?= swift
JOBS      ?= $(shell nproc 2>/dev/null || echo 2)
ROOT      := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
OVEN      := $(ROOT)/.build/$(CONFIG)/oven

# Tests that talk to servers and workers run first and apart: beside hours of arithmetic their clients would time out.
TALKING   := ^(HubTests|OvenTests|ServingTests|SupervisorTests)\.

GGUF      := models/SmolLM2-135M-Instruct.Q4_1.gguf
GEMMA     := models/gemma-3-270m.Q4_K_M.gguf
BAKED     := models/smollm2_int4
SMOLLM2   := Tests/Fixtures/tokenizers/smollm2/tokenizer.json
SCHEMAS   ?= Benchmarks/grammar/schemas.jsonl
# Its answer is no near tie: the same on every processor, whatever the precision that is fast there.
QUESTION  := Name the capital of France.
PREFIX    ?= /usr/local

# Where the runtime's headers are found: the project's own folder, or the one that the machine has.
export PKG_CONFIG_PATH := $(ROOT)/.openvino/lib/pkgconfig$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

runtime: ## install the OpenVINO runtime into .openvino, unless the machine has one
	@sh scripts/install-openvino

pins: # the versions of packages that Oven was tried with
	@sh scripts/pins

build: runtime pins ## build the release binary, .build/release/oven
	$(SWIFT) build -c $(CONFIG) -j $(JOBS)

model: ## fetch SmolLM2-135M-Instruct (GGUF, 98 MB) into models/
	@sh scripts/fetch-smollm2 $(GGUF)

install: build ## install the program, its runtime, manual pages and shell completions under PREFIX (default /usr/local)
	@sh scripts/install $(ROOT)/.build/$(CONFIG) $(ROOT)/.openvino "$(DESTDIR)$(PREFIX)"

dist: build ## pack a tarball that runs on a machine with nothing installed, into dist/
	@sh scripts/dist $(ROOT)/.build/$(CONFIG) $(ROOT)/.openvino $(ROOT)/dist

wheel: build ## pack a Python wheel that uses the OpenVINO of PyPI, into dist/
	@python3 scripts/wheel $(ROOT)/.build/$(CONFIG) $(ROOT)/dist

verify-dist: dist wheel model ## try the tarball on a bare Debian and Ubuntu (needs root) and the wheel in an empty environment
	@sh scripts/verify-dist $(ROOT)/dist $(GGUF) "$(QUESTION)" Paris

demo: build model ## bake SmolLM2 and ask it a question, twice: compiled, then from the cache
	@sh scripts/demo $(OVEN) $(GGUF) $(BAKED) "$(QUESTION)"

screens: build model ## keep every screen as text, at three widths (Tests/Screens; needs tmux and python3)
	@sh scripts/screens $(OVEN) $(GGUF) $(BAKED)

verify: build model ## let OpenVINO GenAI and HF tokenizers judge what Oven made
	@sh scripts/verify $(OVEN) $(GGUF) "$(QUESTION)" Paris

verify-logits: build ## let transformers read the same Gemma 3 GGUF and compare logits (installs PyTorch)
	@sh scripts/fetch-gemma3 $(GEMMA)
	@sh scripts/verify-logits $(OVEN) $(GEMMA)

verify-nncf: build model ## ask whether NNCF's best INT4 loses less than Oven's (an hour; installs NNCF)
	@sh scripts/verify-nncf $(OVEN) $(GGUF) .bench/int4

verify-serve: build model ## let the official clients of OpenAI, Anthropic and Ollama talk to the server
	@sh scripts/verify-serve $(OVEN) $(ROOT)/.build/$(CONFIG)/scripted-server $(GGUF)

soak: build model ## let 32 clients ask, leave and send nonsense while the worker is killed (MINUTES=30 PAUSE=0)
	@PAUSE=$(PAUSE) sh scripts/soak $(OVEN) $(GGUF) .bench $(or $(MINUTES),30)

verify-hub: build model ## bake and run from a hub on the loopback that cuts, refuses and lies (5 minutes)
	python3 Tests/Peers/run_hub.py $(OVEN) $(GGUF)
	python3 Tests/Peers/hub_bake.py $(OVEN)

verify-npu: build ## let Intel's NPU compiler judge the graphs, under Wine (NPU_OPTIONS=--quick: minutes)
	@sh scripts/verify-npu $(OVEN) $(NPU_OPTIONS)

bench-bake: build ## time a bake against plain reads and writes (2.3 GB in .bench)
	@mkdir -p .bench
	.build/$(CONFIG)/bench-bake $(OVEN) .bench

bench-quantization: build ## time the quantiser's kernels against memory
	.build/$(CONFIG)/bench-quantization

bench-kernels: build ## time the products with compressed matrices, by format
	.build/$(CONFIG)/bench-kernels

bench-tokenizer: build ## time the tokenizer against HF tokenizers and tiktoken
	@sh scripts/peers tokenizers==0.22.1 tiktoken
	.venv-peers/bin/python Benchmarks/tokenizer/compare.py .build/$(CONFIG)/bench-tokenizer

bench-grammar: build ## time the grammars' masks, beside llguidance and XGrammar (SCHEMAS=file: JSON lines of schemas)
	@sh scripts/peers llguidance==1.9.1 xgrammar==0.2.8 tokenizers==0.22.1 numpy
	.build/$(CONFIG)/bench-grammar $(SMOLLM2) $(SCHEMAS)
	.venv-peers/bin/python Tests/Peers/grammar.py .build/$(CONFIG)/bench-grammar $(SMOLLM2) $(SCHEMAS)

bench-run: build model ## time prefill and decode against OpenVINO GenAI, in turn, on SmolLM2
	@sh scripts/bench-run $(OVEN) $(GGUF) .bench

bench-run-optimum: build model ## the same, and against optimum-cli's bakes (installs PyTorch, 6 GB)
	@sh scripts/bench-run $(OVEN) $(GGUF) .bench optimum

bench-run-hybrid: build model ## the same on a medium random Qwen 3.5, against optimum-intel's bake (installs PyTorch, 6 GB)
	@sh scripts/bench-run-hybrid $(OVEN) $(GGUF) .bench/hybrid

bench-serve: build model ## time 1 to 64 clients beside GenAI and llama.cpp, then the scheduler alone (PARTS=http: 5 minutes)
	@sh scripts/bench-serve $(OVEN) $(GGUF) .bench "$(or $(PARTS),http batch)"

fuzz: ## feed made-up bytes to every reader, SECONDS=600 each (needs lld, and python3 for the first inputs)
	sh Fuzz/run all $(or $(SECONDS),600)

test: runtime pins model ## run all tests
	$(SWIFT) build -c $(CONFIG) -j $(JOBS) --build-tests
	$(SWIFT) test -c $(CONFIG) --skip-build --filter '$(TALKING)'
	$(SWIFT) test -c $(CONFIG) --skip-build --skip '$(TALKING)'

lint: ## check the formatting of the sources (CI does; other toolchains format otherwise)
	@$(SWIFT) format lint --strict --parallel -r Package.swift Sources Tests Benchmarks Examples Fuzz

format: ## format the sources
	@$(SWIFT) format -i --parallel -r Package.swift Sources Tests Benchmarks Examples Fuzz

clean: ## remove what was built (models and the runtime stay)
	rm -rf .build
