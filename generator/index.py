"""The index: what the last run saw and made, so that an unchanged run is a matter of stat calls.

It lies in the tool's private folder, is never committed, and is only ever a shortcut: whatever does not match is
done in full. A file that changed within the same tick as the index was written is not trusted, as in git.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from generator import __version__
from generator.directory import Entry
from generator.repository import PRIVATE, Source, Stamp

_FILE = f"{PRIVATE}/index.json"
#: How close to the writing of the index a file may have changed and still be trusted, in nanoseconds. File times
#: advance with the kernel's clock tick, 4 to 10 ms on common machines.
_TICK = 20_000_000


class Record(NamedTuple):
    """What is known of one tenant file: as it was read, what it was built with, and what came of it.

    ``digest`` is that of the file, ``key`` that of everything its output depends on; ``outputs`` are the written
    files by path.
    """

    stamp: Stamp
    digest: str
    key: str
    entry: Entry
    outputs: dict[str, Stamp]


@dataclass(slots=True)
class Index:
    """All records, by document; ``config`` is the digest of what every tenant depends on."""

    config: str
    records: dict[str, Record] = field(default_factory=dict)
    written: int = 0

    def trusted(self, source: Source) -> Record | None:
        """Return a file's record if the file is still the one that was read."""
        record = self.records.get(source.document)
        return record if record is not None and record.stamp == source.stamp and self._old(source.stamp) else None

    def current(self, record: Record, found: dict[str, Stamp]) -> bool:
        """Tell whether a record's outputs still lie there as they were written."""
        return all(found.get(path) == stamp and self._old(stamp) for path, stamp in record.outputs.items())

    def _old(self, stamp: Stamp) -> bool:
        return stamp[0] < self.written - _TICK


def load(root: Path, config: str) -> Index:
    """Read the index; an empty one when there is none, or when it belongs to another configuration."""
    empty = Index(config)
    try:
        path = root / _FILE
        written = path.stat().st_mtime_ns
        body = json.loads(path.read_bytes())
        if body["config"] != config:
            return empty
        return Index(config, {name: _record(row) for name, row in body["records"].items()}, written)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return empty


def _record(row: Any) -> Record:
    stamp, digest, key, item, outputs = row
    return Record(tuple(stamp), digest, key, Entry(*item), {path: tuple(made) for path, made in outputs.items()})


def save(root: Path, index: Index) -> None:
    """Write the index; where that cannot be done, the next run does without."""
    body = {"config": index.config, "records": index.records}
    with suppress(OSError):
        new = root / f"{_FILE}.new"
        new.write_text(json.dumps(body, separators=(",", ":")))
        os.replace(new, root / _FILE)


def config_digest(parts: list[bytes]) -> str:
    """Return the digest of everything that all tenants depend on: these texts, and the program itself."""
    digest = sha256(_program().encode())
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _program() -> str:
    """Tell one state of the program from another: by version, and by its files for those who work on it."""
    package = Path(__file__).parent
    files = sorted(
        f"{folder}/{name}" for folder, _, names in os.walk(package) for name in names if name.endswith((".py", ".json"))
    )
    stamps = [(os.stat(name).st_mtime_ns, os.stat(name).st_size) for name in files]
    return f"{__version__} {stamps}"
