"""The index: what the last run saw and made, so that an unchanged run is a matter of stat calls.

It lies in the tool's private folder, is never committed, and is only ever a shortcut: whatever does not match is
done in full. One line holds one tenant file, so that a run rewrites only the lines that it knows better.
"""

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.json import decode, encode

from generator import __version__, rendered
from generator.organisation.directory import Entry
from generator.repository import PRIVATE, RENDERED, Source, Stamp

_FILE = f"{PRIVATE}/index"
#: Two changes of a file within one tick of the kernel's clock (4 to 10 ms on common machines) can leave the same
#: time on it; so the index is written a little after the last file that it holds. In nanoseconds.
_TICK = 20_000_000


class Record(NamedTuple):
    """What is known of one tenant file: as it was read, what it was built with, and what came of it.

    ``digest`` is that of the file, ``key`` that of everything its output depends on; ``outputs`` are pairs of
    path and stamp, one after the other; ``packed`` is the entry as JSON; ``needs`` are clusters, each with the name of
    what it takes to apply the outputs there.
    """

    document: str
    stamp: Stamp
    digest: str
    key: str
    outputs: tuple[str, ...]
    packed: str
    needs: str = ""

    @property
    def needed(self) -> Mapping[str, str]:
        """The names of what it takes to apply the outputs, by cluster."""
        return _pairs(self.needs)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the outputs."""
        return self.outputs[::2]

    def current(self, found: Mapping[str, Stamp]) -> bool:
        """Tell whether the outputs still lie there as they were written."""
        outputs = self.outputs
        return all(found.get(outputs[i]) == outputs[i + 1] for i in range(0, len(outputs), 2))


class Index(Struct):
    """All records, by document; ``config`` is the digest of what every tenant depends on.

    ``synced`` are those of what sync engines read, by the folder that it lies in.
    """

    config: str
    records: dict[str, Record] = field(default_factory=dict)
    synced: dict[str, Record] = field(default_factory=dict)

    def trusted(self, source: Source) -> Record | None:
        """Return a file's record if the file is still the one that was read."""
        record = self.records.get(source.document)
        return record if record is not None and record.stamp == source.stamp else None


@lru_cache(maxsize=1024)  # nearly all tenants need the same
def _pairs(text: str) -> Mapping[str, str]:
    return dict(pair.split("=") for pair in text.split())


def load(root: Path, config: str) -> Index:
    """Read the index; an empty one when there is none, or when it belongs to another configuration."""
    head, _, body = (rendered.read(str(root), _FILE) or b"").partition(b"\n")
    if head.decode(errors="replace") != _head(config, body):
        return Index(config)
    index = Index(config)
    for line in body.decode().split("\n") if body else ():
        document, stamp, digest, key, needs, packed, *outputs = line.split("\t")
        records = index.synced if document.startswith(f"{RENDERED}/") else index.records
        records[document] = Record(document, stamp, digest, key, tuple(outputs), packed, needs)
    return index


def _head(config: str, body: bytes) -> str:
    """Return the first line. It holds for the others as they were written: a line cut short would forget files."""
    return f"{config} {sha256(body).hexdigest()}"


def entries(records: Iterable[Record]) -> dict[str, Entry]:
    """Return what other tenants have to know of each, by document."""
    kept = list(records)
    rows = decode(f"[{','.join(record.packed for record in kept)}]")
    return {record.document: Entry._make(row) for record, row in zip(kept, rows, strict=True)}


def record(
    source: Source, keys: tuple[str, str], outputs: Iterable[tuple[str, Stamp]], entry: Entry, needs: Mapping[str, str]
) -> Record:
    """Make the record of a tenant file that was read and built; *keys* are its digest, and that of all that decided."""
    packed = encode(entry).decode()
    needed = " ".join(f"{cluster}={name}" for cluster, name in sorted(needs.items()))
    return Record(source.document, source.stamp, *keys, _flat(outputs), packed, needed)


def synced(folder: str, key: str, outputs: Iterable[tuple[str, Stamp]], known: Mapping[str, str]) -> Record:
    """Make the record of what a sync engine reads, which comes from no file alone; *known* is what it was made of."""
    return Record(folder, "", "", key, _flat(outputs), encode(known).decode())


def _flat(outputs: Iterable[tuple[str, Stamp]]) -> tuple[str, ...]:
    return tuple(part for pair in outputs for part in pair)


def known_needs(index: Index) -> dict[str, str]:
    """Return what the names stand for of what it takes to apply outputs."""
    return {name: text for one in index.synced.values() for name, text in decode(one.packed).items()}


def save(root: Path, index: Index, written: int | None) -> None:
    """Write the index; where that cannot be done, the next run does without.

    *written* is when the last of its files was written, in nanoseconds; ``None`` means not by this run.
    """
    lines = []
    for document, stamp, digest, key, outputs, entry, needs in (*index.records.values(), *index.synced.values()):
        if "\t" not in document and "\n" not in document:
            lines.append("\t".join((document, stamp, digest, key, needs, entry, *outputs)))
    if written is not None:
        time.sleep(max(0, written + _TICK - time.time_ns()) / 1e9)
    with suppress(OSError):
        new = f"{root}/{_FILE}.new"
        body = "\n".join(lines).encode()
        Path(new).write_bytes(b"%b\n%b" % (_head(index.config, body).encode(), body))
        os.replace(new, f"{root}/{_FILE}")


def config_digest(parts: Iterable[bytes]) -> str:
    """Return the digest of everything that all tenants depend on: these texts, and the program itself."""
    digest = sha256(_program().encode())
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _program() -> str:
    """Tell one state of the program from another: by version, by its files, and by what it renders and checks with."""
    package = Path(__file__).parent.parent
    others = [spec.origin for name in ("jinja2", "kubernetes_validate") if (spec := find_spec(name))]
    found = [f"{folder}/{name}" for folder, _, names in os.walk(package) for name in names]
    ours = [name for name in sorted(found) if name.endswith((".py", ".json", ".yaml", ".tpl"))]
    stamps = [(name, os.stat(name).st_mtime_ns) for name in (*ours, *others) if name]
    return f"{__version__} {stamps}"
