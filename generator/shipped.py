"""The files that ship with the program: JSON Schemas and default policies.

One resolver for both kinds of installation: a wheel carries the policies inside the package, a checkout
(``pip install -e .``) has them beside it.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from msgspec.json import decode

from generator import __version__

_PACKAGE = Path(__file__).parent
#: What reads YAML: what it makes of a file may change with it.
_READERS = tuple(_PACKAGE / name for name in ("yaml/documents.py", "yaml/events.py", "yaml/scalars.py", "shipped.py"))


def schema(name: str) -> bytes:
    """Return the text of a shipped JSON Schema, such as ``tenant``."""
    return schema_file(name).read_bytes()


def schema_file(name: str) -> Path:
    """Return the file of a shipped JSON Schema."""
    return _PACKAGE / "schemas" / f"{name}.schema.json"


def policies() -> Path:
    """Return the folder of the default policies."""
    inside = _PACKAGE / "policies"
    return inside if inside.is_dir() else _PACKAGE.parent / "policies"


def benchmarks() -> Path:
    """Return the folder of the benchmarks."""
    return _PACKAGE / "benchmarks"


def presets() -> Path:
    """Return the folder of the launchers' presets."""
    return _PACKAGE / "launcher" / "presets"


def bundles() -> Path:
    """Return the folder of the presets that go together."""
    return _PACKAGE / "launcher" / "bundles"


def object_template(version: str, name: str) -> bytes:
    """Return the text of an object template of the Posit launcher, such as ``job.tpl``."""
    return (_PACKAGE / "launcher" / "templates" / version / name).read_bytes()


def default_roles(version: str) -> bytes:
    """Return the RBAC objects that a cluster of a Kubernetes version starts with, as JSON."""
    return (_PACKAGE / "access" / "data" / f"defaults-{version}.json").read_bytes()


def remembered(name: str, files: Iterable[Path], make: Callable[[], Any]) -> Any:
    """Return what *make* makes of files that an update alone changes, kept where Python keeps our bytecode.

    It is anything that JSON can hold. As with bytecode, it is made anew when the size or the time of one of the files,
    or of what makes it, is another than it was, and it is kept nowhere where none is written.
    """
    try:
        kept = Path(cache_from_source(str(_PACKAGE / f"{name}.py"))).with_suffix(".json")
    except NotImplementedError:  # this Python keeps none
        return make()
    maker = Path(str(sys.modules[make.__module__].__file__))
    stamp = [__version__, *map(_stamp, (*_READERS, maker, *files))]
    with suppress(OSError, ValueError):
        before = decode(kept.read_bytes())
        if isinstance(before, list) and before[:1] == [stamp]:
            return before[1]
    made = make()
    if not sys.dont_write_bytecode:
        waiting = kept.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            kept.parent.mkdir(parents=True, exist_ok=True)
            waiting.write_text(json.dumps([stamp, made]), encoding="utf-8")
            waiting.replace(kept)
    return made


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{path} {status.st_size} {status.st_mtime_ns}"
