"""``tenantry policy``: the policies that hold here, and whether they mean what their examples say."""

from pathlib import Path

import click

from generator.console import count, tell
from generator.judgement import catalogue, policy
from generator.reporters.policies import as_json, listing
from generator.repository import root_or


@click.group()
def command() -> None:
    """List the policies, or hold them against their own examples."""


@command.command("list", short_help="The policies that hold here.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For whom to list them.")
@click.pass_obj
def listed(start: Path, /, *, form: str) -> int:
    """List the policies that hold here: the shipped ones, and the repository's own.

    A severity may be three: in the control plane and the whole cluster, in shared namespaces, in tenants' own.
    """
    policies, problems = catalogue.read(root_or(start))
    click.echo((as_json if form == "json" else listing)(policies), nl=False)
    tell(root_or(start), problems)
    return 2 if problems else 0


@command.command("test", short_help="Hold policies against their examples.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.pass_obj
def test(start: Path, /, *, ids: tuple[str, ...]) -> int:
    """Hold policies against their own examples: each passes where it should and fails where it should."""
    root = root_or(start)
    policies, problems = catalogue.read(root)
    chosen = catalogue.choose(policies, ids, ())
    problems += [problem for one in chosen for problem in policy.test(one)]
    tell(root, problems)
    examples = sum(len(one.passes) + len(one.fails) for one in chosen)
    if problems:
        return 2
    click.echo(
        f"{count(len(chosen), 'policy').replace('policys', 'policies')}, {count(examples, 'example')}: all as they say"
    )
    return 0
