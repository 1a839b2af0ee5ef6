# Thin over ./svclab and scripts/. `make` alone says what there is.
# NAME=… is for several clusters side by side.
NAME ?= svclab
.DEFAULT_GOAL := help
.PHONY: help demo test test-long check up status down

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: ## a cluster, the application and the proof; ends with URLs that were tried
	@./svclab demo --name $(NAME)

test: ## every test, the ones on a cluster included
	@scripts/bootstrap scripts/test

test-long: ## what takes longer: more mistakes, budgets, the broken database
	@scripts/bootstrap scripts/test long

check: ## format, lint, types, dead code and unit tests; no cluster
	@scripts/bootstrap scripts/check

up: ## a cluster without the application
	@./svclab up --name $(NAME)

status: ## what is there of the cluster, and what it is made of
	@./svclab status --name $(NAME)

down: ## remove the cluster and everything that belongs to it
	@./svclab down --name $(NAME)
