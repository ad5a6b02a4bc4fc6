"""The text of a new tenant's file: a fresh one, or one after another tenant's that keeps its comments and style.

Texts in, texts out. What is copied has been read and found valid before; what comes out is checked by whoever
writes it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from textwrap import wrap
from typing import Any

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, ScalarString

from generator.problems import Route, dotted
from generator.yaml.quoting import line

#: How an editor learns which schema a file has.
_MODELINE = re.compile(r"^#\s*yaml-language-server:\s*\$schema=(\S+)[^\n]*$", re.MULTILINE)
#: The line that opens the document, and comments before it, which ruamel.yaml would lose.
_HEAD = re.compile(r"\A(?:(?:#[^\n]*)?\n)*---[^\S\n]*(?:#[^\n]*)?\n")
#: Characters in a line of comment.
_WIDTH = 100
#: Where a key is put into a spec that does not have it.
_ORDER = ("displayName", "parent", "tier", "clusters", "owners")
#: What a namespace has that can only be one tenant's, and why.
_OWN_OF_NAMESPACE = {
    "fullName": "a namespace belongs to one tenant",
    "lifecycle": "it is about the other tenant",
    "offboarding": "it is about the other tenant",
}


class Wishes(Struct, frozen=True):
    """What the file shall say. What is ``None`` or empty is left out, or stays as it is in the file that is copied."""

    name: str
    display_name: str | None = None
    parent: str | None = None
    tier: str | None = None
    clusters: tuple[str, ...] = ()
    owner_groups: tuple[str, ...] = ()
    labels: Mapping[str, str] | None = None


class Copy(Struct, frozen=True):
    """A file after another's. ``dropped`` says what was left out: reason -> dotted fields."""

    text: str
    dropped: Mapping[str, tuple[str, ...]]


def schema_of(text: str) -> str | None:
    """Return the schema that the comment for editors names; ``None`` without such a comment."""
    found = _MODELINE.search(text)
    return found[1] if found else None


def with_schema(text: str, schema: str | None) -> str:
    """Name the schema for editors in the comment that does so, or in a new one at the top."""
    if schema is None or schema_of(text) == schema:
        return text
    comment = f"# yaml-language-server: $schema={schema}"
    return _MODELINE.sub(lambda _: comment, text, count=1) if schema_of(text) else f"{comment}\n{text}"


# -- a fresh file


def fresh(wishes: Wishes, roles: Sequence[str], hard: Mapping[str, str]) -> str:
    """Write a short file, with comments about what else there is; *hard* is what the tenant may consume so far."""
    return "".join(f"{text}\n" for text in (*_head(wishes), *_people(wishes, roles), *_room(wishes, hard)))


def _head(wishes: Wishes) -> Iterator[str]:
    yield from ("apiVersion: tenantry.dev/v1", "kind: Tenant", "metadata:", f"  name: {line(wishes.name)}")
    if wishes.labels:
        yield "  labels:"
        yield from (f"    {line(key)}: {line(value)}" for key, value in wishes.labels.items())
    yield from ("spec:", f"  displayName: {line(wishes.display_name or wishes.name)}")
    if wishes.parent is not None:
        yield f"  parent: {line(wishes.parent)}"
    if wishes.tier is not None:
        yield f"  tier: {line(wishes.tier)}"
    if wishes.clusters:
        yield "  clusters:"
        yield from (f"    - {line(cluster)}" for cluster in wishes.clusters)


def _people(wishes: Wishes, roles: Sequence[str]) -> Iterator[str]:
    inherited = f" Left out, they are those of {wishes.parent}." if wishes.parent is not None else ""
    yield from _comment(f"Who runs the tenant: they have the role admin in all its namespaces.{inherited}")
    hidden = "" if wishes.owner_groups else "# "
    yield f"  {hidden}owners:"
    yield from (f"  {hidden}  - group: {line(group)}" for group in wishes.owner_groups or (f"{wishes.name}-leads",))
    yield from _comment(f"Who works in it, each with a role: {', '.join(roles)}.{inherited}")
    yield from ("  # members:", f"  #   - group: {wishes.name}", "  #     role: editor")


def _room(wishes: Wishes, hard: Mapping[str, str]) -> Iterator[str]:
    yield from _comment(f"Its namespaces. Left out, there is one, named after the tenant: {wishes.name}.")
    yield from ("  # namespaces:", "  #   - name: train", "  #   - name: serve")
    said = f"the values of the tier {wishes.tier}" if wishes.tier is not None else "the platform's defaults"
    yield from _comment(
        f"What it may consume in all. Left out, {said} decide; a key that stands here goes before that."
    )
    yield from ("  # quota:", "  #   hard:")
    yield from (f"  #     {line(key)}: {amount}" for key, amount in hard.items())


def _comment(text: str) -> Iterator[str]:
    yield from wrap(text, _WIDTH, initial_indent="  # ", subsequent_indent="  # ", break_on_hyphens=False)


# -- a copy


def after(text: str, wishes: Wishes) -> Copy:
    """Write a file after another tenant's: its comments, the order of its keys, its way of quoting.

    What can only be one tenant's is left out: cloud identities, names of namespaces that existed before, what the
    tenant is for, where it is in its life, and ways to tenants that would have to let the new one in first.
    """
    head = _HEAD.match(text)
    start, text = (head[0], text[head.end() :]) if head else ("", text)
    data = _load(text)
    reasons = dict(_personal(data))
    text = _without_lines(text, data, list(reasons), {key: values for key, values in _lists(wishes) if values})
    data = _load(text)
    _drop_inline(data, {route for route, _ in _personal(data)})
    _fill_in(data, wishes)
    dropped: dict[str, tuple[str, ...]] = {}
    for route, reason in reasons.items():
        dropped[reason] = (*dropped.get(reason, ()), dotted(route))
    return Copy(start + _dump(data, text), dropped)


def _personal(data: Any) -> Iterator[tuple[Route, str]]:
    """Yield the routes of what can only be one tenant's, each with the reason."""
    spec = data.get("spec") or {}
    for key in ("description", "lifecycle", "offboarding"):
        if key in spec:
            yield ("spec", key), "it is about the other tenant"
    if "identity" in spec:
        yield ("spec", "identity"), "a cloud role belongs to one tenant"
    for i, account in enumerate(spec.get("serviceAccounts") or ()):
        if "identity" in account:
            yield ("spec", "serviceAccounts", i, "identity"), "a cloud role belongs to one tenant"
    for i, namespace in enumerate(spec.get("namespaces") or ()):
        for key in sorted(_OWN_OF_NAMESPACE.keys() & namespace.keys()):
            yield ("spec", "namespaces", i, key), _OWN_OF_NAMESPACE[key]
    for i, opening in enumerate((spec.get("network") or {}).get("egress") or ()):
        if "tenant" in opening:
            yield ("spec", "network", "egress", i), f"{opening['tenant']} would have to let it in first"


def _lists(wishes: Wishes) -> tuple[tuple[str, list[Any]], ...]:
    return ("clusters", list(wishes.clusters)), ("owners", [{"group": group} for group in wishes.owner_groups])


def _without_lines(text: str, data: Any, dropped: Sequence[Route], lists: Mapping[str, list[Any]]) -> str:
    """Leave out whole lines, those of each key or list item that begins one, and put new lists in place of old ones.

    ruamel.yaml loses the comments behind what is deleted; lines that are not touched lose nothing.
    """
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    for route in dropped:
        extent = _extent(lines, *_start(lines, data, route))
        for i in _with_comment(lines, extent):
            lines[i] = ""
    for key, values in lists.items():
        if key in (data.get("spec") or {}):
            number, column = _start(lines, data, ("spec", key))
            extent = _extent(lines, number, column)
            for i in extent:
                lines[i] = _list_text(key, values, column, _offset(text)) if i == number else ""
    return "".join(lines)


def _list_text(key: str, values: Sequence[Any], column: int, offset: int) -> str:
    items = [f"group: {line(value['group'])}" if isinstance(value, dict) else line(value) for value in values]
    return f"{' ' * column}{key}:\n" + "".join(f"{' ' * (column + offset)}- {item}\n" for item in items)


def _start(lines: Sequence[str], data: Any, route: Route) -> tuple[int, int]:
    """Find line and column of a key or of an item's dash; the column is -1 for what does not begin its line."""
    *above, last = route
    for key in above:
        data = data[key]
    number, column = data.lc.data[last][:2]
    before = lines[number][:column]
    if isinstance(last, int) and before.rstrip().endswith("-"):
        before = before.rstrip()[:-1]
    return number, len(before) if before.isspace() else -1


def _extent(lines: Sequence[str], number: int, column: int) -> range:
    """Return which lines the key or item at a place takes; none for what does not begin its line."""
    if column < 0:
        return range(0)
    is_item = lines[number][column] == "-"
    end = number + 1
    for i in range(number + 1, len(lines)):
        content = lines[i].lstrip()
        indent = len(lines[i]) - len(content)
        if content and (indent > column or (indent == column and content.startswith("- ") and not is_item)):
            end = i + 1
        elif content and not content.startswith("#"):
            break
    return range(number, end)


def _with_comment(lines: Sequence[str], extent: range) -> range:
    """Add the comment right above some lines, which is about them."""
    first = extent.start
    indent = lines[first][: -len(lines[first].lstrip())] if extent else "no comment"
    while first and lines[first - 1].startswith(f"{indent}#"):
        first -= 1
    return range(first, extent.stop)


def _drop_inline(data: Any, routes: set[Route]) -> None:
    """Delete what stands within a line. List items go last to first, so that none moves before its turn."""
    for *above, last in sorted(routes, key=lambda route: [str(key).zfill(9) for key in route], reverse=True):
        holder = data
        for key in above:
            holder = holder[key]
        del holder[last]


def _fill_in(data: Any, wishes: Wishes) -> None:
    _put(data["metadata"], "name", wishes.name)
    labels = data["metadata"].setdefault("labels", CommentedMap()) if wishes.labels else {}
    for key, value in (wishes.labels or {}).items():
        _put(labels, key, value)
    if data.get("spec") is None:
        data["spec"] = CommentedMap()
    spec = data["spec"]
    if "network" in spec and spec["network"].get("egress", ()) is None:
        spec["network"]["egress"] = CommentedSeq()  # all that was there is left out, and nothing is what is left
    texts = {"displayName": wishes.display_name, "parent": wishes.parent, "tier": wishes.tier}
    if "displayName" in spec and wishes.display_name is None:
        texts["displayName"] = wishes.name
    for key, text in texts.items():
        if text is not None:
            _put(spec, key, text)
    for key, values in _lists(wishes):
        if values and spec.get(key) != values:
            spec.pop(key, None)
            _insert(spec, key, [_scalar(value) if isinstance(value, str) else value for value in values])


def _put(mapping: Any, key: str, value: str) -> None:
    """Set a text, quoted as the one before it was."""
    if key not in mapping:
        _insert(mapping, key, _scalar(value))
    elif isinstance(mapping[key], ScalarString) and "\n" not in mapping[key]:
        mapping[key] = type(mapping[key])(value)
    else:
        mapping[key] = _scalar(value)


def _insert(mapping: Any, key: str, value: Any) -> None:
    before = _ORDER[: _ORDER.index(key)] if key in _ORDER else tuple(mapping)
    mapping.insert(sum(other in mapping for other in before), key, value)


def _scalar(value: str) -> str:
    """Quote a text that some reader of YAML would take for something else."""
    return DoubleQuotedScalarString(value) if line(value).startswith('"') else value


# -- ruamel.yaml


def _load(text: str) -> Any:
    return _yaml(text).load(text)


def _dump(data: Any, text: str) -> str:
    """Write *data* in the style of *text*."""
    stream = StringIO()
    _yaml(text).dump(data, stream)
    return stream.getvalue()


def _yaml(text: str) -> YAML:
    """Return a reader and writer that indents as *text* does."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1 << 16  # never fold a line
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    nested = re.search(r"^metadata:[^\n]*\n( +)\S", text, re.MULTILINE)
    offset = _offset(text)
    yaml.indent(mapping=len(nested[1]) if nested else 2, sequence=offset + 2, offset=offset)
    return yaml


def _offset(text: str) -> int:
    """Return how far the lists of a text stand in from their keys."""
    found = re.search(r"^( *)[^\s#-][^\n]*:[^\S\n]*(?:#[^\n]*)?\n(?:\s*#[^\n]*\n)*( *)- ", text, re.MULTILINE)
    return len(found[2]) - len(found[1]) if found else 2
