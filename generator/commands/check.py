"""``tenantry check``: what CI runs. Files valid, ``rendered/`` current."""

from pathlib import Path

import click

from generator.commands.render import SHOWING, drift
from generator.console import count, progress, tell
from generator.pipeline import Options, render
from generator.repository import find_root


@click.command()
@click.option(
    "--jobs", type=click.IntRange(1), help="How many processes to use; as many as there are cores by default."
)
@click.option("--no-index", is_flag=True, help="Do everything in full, as on a fresh checkout.")
@click.pass_obj
def command(start: Path, *, jobs: int | None, no_index: bool) -> int:
    """Check that all files are valid and rendered/ is what they ask for; write nothing."""
    root = find_root(start)
    with progress("checking") as meter:
        outcome = render(root, Options(write=False, jobs=jobs, use_index=not no_index, showing=SHOWING, meter=meter))
    tell(root, outcome.problems)
    if outcome.input_errors:
        click.echo(count(len(outcome.input_errors), "error"), err=True)
        return 2
    return drift(outcome)
