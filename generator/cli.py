"""argv -> command -> exit code: 0 clean, 1 findings or drift, 2 the input or the command line is wrong.

Commands are imported when they are called, and their one-line help stands here, so that ``--help`` is instant.
"""

import gc
import os
import sys
from errno import ENOSPC
from importlib import import_module
from pathlib import Path

import click

from generator import __version__

#: Command -> its help, in the order in which people meet them.
COMMANDS = {
    "init": "Start a GitOps repository of tenants.",
    "new": "Write the file of a new tenant.",
    "render": "Write rendered/, or say what would change.",
    "check": "Check tenant files and rendered/, as CI does.",
    "lifecycle": "Show what is frozen or on its way out, and what comes next.",
    "lint": "Judge manifests by policies, ours or anybody's.",
    "policy": "List the policies, or test them by their examples.",
    "access": "Ask who may do what, and where.",
    "launcher": "Look into launchers: limits, presets, object templates.",
    "quota": "Show who was promised what, and whether more would fit.",
    "explain": "Explain a policy, or a field of the formats.",
    "schema": "Print a JSON Schema of the formats.",
}


class _Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"generator.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from generator.problems import instead

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"there is no command {args[0]!r}; {instead(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        from generator.problems import InputError

        try:
            return super().invoke(ctx)
        except InputError as error:
            from generator.console import tell
            from generator.repository import root_or

            tell(root_or(ctx.obj or Path.cwd()), error.problems)
            return 2
        except BrokenPipeError:  # click would make it 1, which is drift
            return _enough()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option(
    "-C",
    "--directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Work as if started in this folder.",
)
@click.pass_context
def cli(context: click.Context, directory: Path) -> None:
    """Tenants as code for Kubernetes: one YAML file per tenant in, checked manifests out."""
    context.obj = directory.resolve()


def main() -> None:
    """Run the command line, and tell the three ways in which it can fail apart."""
    gc.set_threshold(300_000)  # a run makes many values and hardly any cycles: the default looks for them in vain
    color = False if os.environ.get("NO_COLOR") else None  # None: as the terminal can
    try:
        with click.Context(cli, color=color):  # for what is told when the command's own context has ended
            code = _run(color=color)
        sys.exit(code)
    except BrokenPipeError:
        sys.exit(_enough())
    except KeyboardInterrupt:
        sys.exit(130)


def program() -> None:
    """Be the process of ``tenantry``, which ends as :func:`main` says.

    What it holds is not taken apart value by value: the system takes back all memory at once.
    """
    try:
        main()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)


def _enough() -> int:
    """Say no more: whoever read our output has seen enough, and what is left of it must not fail at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141


def _run(*, color: bool | None) -> int:
    try:
        code = cli.main(standalone_mode=False, prog_name="tenantry", color=color)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 - the one place where everything that went wrong ends
        return _failed(error)
    return code if isinstance(code, int) else 0


def _failed(error: Exception) -> int:
    """Tell what went wrong on the machine (exit code 2) from what went wrong in the program."""
    if isinstance(error, OSError) and (error.filename is not None or error.errno == ENOSPC):
        where = error.filename or "the output"
        click.echo(f"{where}: {(error.strerror or str(error)).lower()}; make room or give access", err=True)
        return 2
    import traceback

    traceback.print_exception(error)
    click.secho(
        f"\nThis is a bug in tenantry {__version__}, not in your files. Please report it with the lines above.",
        err=True,
        bold=True,
    )
    return 70
