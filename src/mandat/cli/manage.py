"""``mandat manage …``: Django's own commands."""

from __future__ import annotations

import typer

from mandat.cli.django import start

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def manage(ctx: typer.Context) -> None:
    """Passe la main aux commandes de Django."""
    start()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["mandat manage", *ctx.args])
