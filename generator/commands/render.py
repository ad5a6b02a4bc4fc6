"""``tenantry render``: write ``rendered/``, or say what that would change."""

from pathlib import Path

import click
from msgspec.structs import replace

from generator.console import count, progress, tell, today
from generator.pipeline import Options, Outcome, render
from generator.repository import find_root

#: How many changed files are compared line by line for the account.
SHOWING = 400


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; say what would change, and exit with 1 if anything would.")
@click.option("--tenant", "tenants", multiple=True, metavar="NAME", help="Only this tenant; may be given again.")
@click.option("--cluster", "clusters", multiple=True, metavar="NAME", help="Only this cluster; may be given again.")
@click.option(
    "--jobs", type=click.IntRange(1), help="How many processes to use; as many as there are cores by default."
)
@click.option("--no-index", is_flag=True, help="Do everything in full, as on a fresh checkout.")
@click.pass_obj
def command(
    start: Path, *, check: bool, tenants: tuple[str, ...], clusters: tuple[str, ...], jobs: int | None, no_index: bool
) -> int:
    """Write rendered/ from tenants/, or say what would change."""
    root = find_root(start)
    options = Options(
        write=not check,
        tenants=frozenset(tenants),
        clusters=frozenset(clusters),
        jobs=jobs,
        use_index=not no_index,
        showing=SHOWING if check else 0,
        today=today(),
    )
    with progress("rendering") as meter:
        outcome = render(root, replace(options, meter=meter))
    tell(root, outcome.problems)
    if outcome.input_errors or (outcome.errors and not check):
        click.echo(f"{count(len(outcome.errors), 'error')}; nothing was written", err=True)
        return 2
    if check:
        return drift(outcome)
    click.echo(_summary(outcome))
    return 0


def drift(outcome: Outcome, *, err: bool = False) -> int:
    """Print how ``rendered/`` differs from what the tenant files ask for; return the exit code.

    With *err* it goes to standard error, since another report goes to standard output.
    """
    from generator.reporters.account import account

    if outcome.current:
        click.echo(f"{count(outcome.tenants, 'tenant')}, {count(outcome.files, 'file')}: rendered/ is current", err=err)
        return 0
    changed = len(outcome.changes) + len(outcome.deleted)
    if not changed:
        click.echo(f"{count(len(outcome.errors), 'error')} under rendered/", err=True)
        return 1
    click.echo("rendered/ is not what the tenant files ask for:", err=err)
    for line in account(outcome.changes, outcome.deleted):
        click.echo(line, err=err)
    mend = "mend what is told above, then: tenantry render" if outcome.errors else "write them with: tenantry render"
    click.echo(f"{count(changed, 'file')} would change; {mend}", err=err)
    return 1


def _summary(outcome: Outcome) -> str:
    written, deleted = len(outcome.changes), len(outcome.deleted)
    parts = [f"{written} written"]
    parts += [f"{deleted} deleted"] if deleted else []
    parts.append(f"{outcome.files - written} unchanged")
    return f"{count(outcome.tenants, 'tenant')}, {count(outcome.files, 'file')}: {', '.join(parts)}"
