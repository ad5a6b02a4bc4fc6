"""What was judged before: a verdict for each tenant file, as long as nothing has changed that it depends on.

Like the index it lies in the tool's private folder, is never committed, and is only ever a shortcut.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from generator import rendered
from generator.problems import InputError
from generator.repository import PRIVATE

_FILE = f"{PRIVATE}/verdicts"


class Entry(NamedTuple):
    """A verdict, and the key of the tenant file with all that its manifests depended on."""

    key: str
    verdict: str


def load(root: Path, config: str) -> dict[str, Entry]:
    """Read the verdicts by document; none where they were found under another configuration, or are damaged."""
    head, _, body = (rendered.read(str(root), _FILE) or b"").partition(b"\n")
    if head.decode(errors="replace") != _head(config, body):
        return {}
    rows = (line.split("\t") for line in body.decode().split("\n")) if body else ()
    return {document: Entry(key, verdict) for document, key, verdict in rows}


def save(root: Path, config: str, entries: Mapping[str, Entry]) -> None:
    """Write the verdicts; where that cannot be done, the next run judges anew."""
    lines = [
        f"{document}\t{key}\t{verdict}"
        for document, (key, verdict) in entries.items()
        if "\t" not in document and "\n" not in document
    ]
    body = "\n".join(lines).encode()
    with suppress(OSError, InputError):
        new = rendered.prepared(root) / f"verdicts.{os.getpid()}"
        new.write_bytes(b"%b\n%b" % (_head(config, body).encode(), body))
        new.replace(root / _FILE)


def _head(config: str, body: bytes) -> str:
    """Return the first line. It holds for the others as they were written: one cut short must not pass for whole."""
    return f"{config} {sha256(body).hexdigest()}"
