"""The configuration files of a launcher as they lie in ConfigMaps, with their lines in the manifest."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from generator.launcher import ini
from generator.launcher.configuration import DIALECTS, PROFILES_FILE
from generator.problems import Problem, Route
from generator.yaml import documents
from generator.yaml.documents import Value


class Mounted(Struct, frozen=True):
    """The files of one ConfigMap, of which one holds profiles; ``title`` says which it is."""

    title: str
    files: Mapping[str, ini.Text]


def read(data: bytes, name: str) -> tuple[tuple[Mounted, ...], tuple[Problem, ...]]:
    """Read each ConfigMap of the manifests *data* that holds profiles, and what is wrong with the YAML of *name*."""
    found = []
    parsed = documents.parse_all(data, name)
    for index, document in enumerate(parsed):
        for route, body in _config_maps(document.value):
            files = dict(_files(body["data"], data, name, (*route, "data"), index))
            if PROFILES_FILE in files:
                found.append(Mounted(f"{name}, ConfigMap {_called(body)}", files))
    problems = [
        documents.resolved(one, data, index) for index, document in enumerate(parsed) for one in document.problems
    ]
    return tuple(found), tuple(problems)


def _config_maps(value: Value, route: Route = ()) -> Iterator[tuple[Route, dict[str, Value]]]:
    """Yield the ConfigMaps of a document, which may be a list of objects, each with its route."""
    if not isinstance(value, dict):
        return
    items = value.get("items")
    if isinstance(items, list):
        for index, item in enumerate(items):
            yield from _config_maps(item, (*route, "items", index))
    elif value.get("kind") == "ConfigMap" and isinstance(value.get("data"), dict):
        yield route, value


def _called(body: Mapping[str, Value]) -> str:
    metadata = body.get("metadata")
    words = [metadata.get(key) for key in ("namespace", "name")] if isinstance(metadata, dict) else []
    return "/".join(word for word in words if isinstance(word, str)) or "without a name"


def _files(held: Value, data: bytes, name: str, route: Route, index: int) -> Iterator[tuple[str, ini.Text]]:
    lines = data.decode(errors="replace").splitlines()
    for key, text in held.items() if isinstance(held, dict) else ():
        if key in DIALECTS and isinstance(text, str):
            above, left = _block(text, lines, documents.locate(data, (*route, key), index)[0])
            yield key, ini.read(text, name, DIALECTS[key], above=above, left=left)


def _block(text: str, lines: list[str], line: int) -> tuple[int, int]:
    """Return the lines above a text whose key is on *line*, and the columns before it.

    A text that is no literal block has no lines of its own: it is counted from its key's.
    """
    first = text.partition("\n")[0]
    below = lines[line] if line < len(lines) else ""
    if first and below.endswith(first) and not below[: -len(first)].strip():
        return line, len(below) - len(first)
    return line - 1, 0
