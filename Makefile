.PHONY: help demo test quick bench lint messages lock clean

help: ## Les commandes
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 12

demo: ## Prépare la démonstration, affiche l'adresse et les comptes, et sert
	@tools/bootstrap base
	@.venv/bin/mandat demo

test: ## Installe ce que les tests demandent et les lance tous
	@tools/bootstrap dev
	@tools/test

quick: ## Les tests sans navigateur ni PostgreSQL
	@tools/bootstrap dev
	@.venv/bin/python -m pytest -q -n 2 -m "not browser and not postgres and not processes"

bench: ## Les mesures de vitesse, avec les pairs s'ils sont installés
	@tools/bootstrap dev
	@tools/bench

lint: ## Style, types, couches
	@tools/bootstrap dev
	@tools/lint

messages: ## Relève les textes à traduire (demande GNU gettext)
	@tools/bootstrap dev
	@tools/messages

lock: ## Recompile requirements/*.txt depuis pyproject.toml (demande uv)
	@tools/lock

clean: ## Efface l'environnement et la démonstration
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache
