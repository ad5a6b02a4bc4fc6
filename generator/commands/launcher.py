"""``tenantry launcher``: what the launchers of tenants are configured to do, and what that means for people.

Thin: a subcommand reads its files, asks a module of ``generator/launcher`` and prints what that answers.
"""

import click


@click.group()
def command() -> None:
    """Look into the launchers of tenants: limits, presets, object templates."""
