"""``tenantry schema``: the JSON Schemas of the formats, each in one piece, for editors and other programs."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from generator.console import count
from generator.problems import instead
from generator.validation.schema import KINDS, bundled


@click.command()
@click.argument("kind", required=False, metavar="|".join(KINDS))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the schema into this file.")
@click.option(
    "--write",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write all schemas into this folder, those that differ.",
)
@click.pass_obj
def command(start: Path, *, kind: str | None, output: Path | None, folder: Path | None) -> int:
    """Print a JSON Schema of the formats, or write all of them into a folder."""
    if folder is not None:
        if kind is not None or output is not None:
            raise click.UsageError("--write writes all schemas; leave out the kind and --output")
        _write_all(start / folder)
        return 0
    text = _text(kind)
    if output is None:
        click.echo(text, nl=False)
    else:
        _write(start / output, text)
    return 0


def texts() -> Mapping[str, str]:
    """Return the schemas that editors read, by file name."""
    return {f"{kind}.schema.json": _text(kind) for kind in KINDS}


def _text(kind: str | None) -> str:
    if kind not in KINDS:
        what = "name a schema" if kind is None else f"there is no schema {kind!r}"
        raise click.UsageError(f"{what}; {instead(kind or '', KINDS)}")
    return json.dumps(bundled(kind), indent=2, ensure_ascii=False) + "\n"


def _write_all(folder: Path) -> None:
    written = [name for name, text in texts().items() if _write(folder / name, text)]
    click.echo(f"{count(len(written), 'schema')} written, {len(KINDS) - len(written)} unchanged")


def _write(path: Path, text: str) -> bool:
    """Write a file if it is not so already; tell whether it was written."""
    data = text.encode()
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise click.FileError(str(path), error.strerror) from error
    return True
