# Each target makes the environment it needs. Python 3.11 or newer is all that must be installed.
.DEFAULT_GOAL := help
.PHONY: help demo run manage test check bench fuzz torture screenshots requirements clean
MAKEFLAGS += --no-print-directory

PORT ?= 6011
ARGS ?=
CHOOSE := for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done
PYTHON ?= $(or $(shell $(CHOOSE)),python3)
IN := $(PYTHON) -m deploy.environment
COMPILE := uv pip compile --quiet --universal --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 16

demo: ## everything at work on this machine: make demo [PORT=6011] [ONCE=1]
	@$(IN) demo deploy.run demo --port $(PORT) $(if $(ONCE),--once)

run: ## the platform on your own providers, settings from the environment or .env: make run [PORT=6011]
	@$(IN) demo deploy.run run --port $(PORT)

manage: ## a command while the demo runs: make manage ARGS='preview_template "Book ready" --set name=You'
	@$(IN) demo deploy.manage $(ARGS)

test: ## every check and test: make test [ARGS="-k word"]
	@$(IN) dev deploy.test all '$(subst ','\'',$(ARGS))'

check: ## the static checks alone
	@$(IN) dev deploy.test check

bench: ## how many messages a second: make bench [ARGS="..."]
	@$(IN) dev deploy.bench $(ARGS)

fuzz: ## what the API promises, and nonsense, by the thousand: make fuzz [ARGS="..."]
	@$(IN) dev deploy.fuzz $(ARGS)

torture: ## break it in every way and count what is lost: make torture [ARGS="..."]
	@$(IN) dev deploy.torture $(ARGS)

screenshots: ## renew the pictures of the admin site in docs/admin
	@$(IN) dev deploy.screenshots $(ARGS)

requirements: ## compile requirements/*.in again
	$(COMPILE) --python-version 3.11 requirements/base.in --output-file requirements/base.txt
	$(COMPILE) --python-version 3.11 requirements/demo.in --output-file requirements/demo.txt
	$(COMPILE) --python-version 3.11 requirements/s3.in --output-file requirements/s3.txt
	$(COMPILE) --python-version 3.11 requirements/dev.in --output-file requirements/dev.txt
	$(COMPILE) --python-version 3.11 requirements/installer.in --output-file requirements/installer.txt
	$(COMPILE) --python-version 3.12 --no-deps requirements/embedded.in --output-file requirements/embedded.txt

clean: ## remove caches and the environment, not the data
	rm -rf .venv .local/embedded .local/node .local/log staticfiles .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
