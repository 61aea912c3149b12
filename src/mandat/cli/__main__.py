"""``python -m mandat.cli`` is the ``mandat`` command."""

from mandat.cli.main import run

run()
