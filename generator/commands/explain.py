"""``tenantry explain``: what a field of the formats means, from the schema that decides about it; or a policy."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from generator import emit
from generator.console import count, tell
from generator.finding import Policy
from generator.judgement import catalogue, waivers
from generator.kubernetes import names
from generator.problems import InputError, Place, Problem, nearest
from generator.reporters.policies import explanation
from generator.repository import root_or
from generator.validation import fields
from generator.validation.fields import Field
from generator.validation.schema import KINDS

_WIDTH = 80

#: What a format asks for, in words.
FORMATS = {
    "cidr": "a range of addresses such as 10.0.0.0/8, with no bits set beyond its prefix",
    "date": 'a day, written "YYYY-MM-DD" in quotes',
    "dns-label": f"{names.DNS_LABEL.what}: {names.DNS_LABEL.allows}",
    "dns-subdomain": f"{names.DNS_SUBDOMAIN.what}: {names.DNS_SUBDOMAIN.allows}",
    "duration": "a time such as 90s, 10m or 1h30m",
    "folder": "a folder such as deploy/live, from the repository's root",
    "git-url": "the address of a git repository, with https:// or ssh:// and without credentials",
    "label-key": f"{names.LABEL_KEY.what}: {names.LABEL_KEY.allows}",
    "label-selector": "a label selector such as env=prod,tier!=web",
    "label-value": f"{names.LABEL_VALUE.what}: {names.LABEL_VALUE.allows}",
    "namespace-naming": "a name with {tenant} and {namespace} in it, which makes a DNS label",
    "oci-url": "the address of an artifact, with oci:// and without a tag",
    "port": "a port such as 443, 53/UDP or 8000-8100/TCP",
    "quantity": "a Kubernetes quantity, 0 or more, such as 500m, 64 or 16Gi",
    "quota-key": "a ResourceQuota key such as requests.cpu, pods or count/jobs.batch",
    "regex": "a regular expression",
    "secret-key": "a key of a Secret: letters, digits, '-', '_' and '.'",
    "single-naming": "a name with {tenant} in it, which makes a DNS label",
    "tree-selector": "the name of a tenant or namespace, or names with ! before each",
}

#: JSON's word for a type -> ours, for one and for many.
_TYPES = {
    "string": ("text", "texts"),
    "integer": ("whole number", "whole numbers"),
    "number": ("number", "numbers"),
    "boolean": ("true or false", "true or false"),
    "object": ("mapping", "mappings"),
    "array": ("list", "lists"),
}


@click.command()
@click.argument("name", required=False, metavar="[FIELD|POLICY]")
@click.pass_obj
def command(start: Path, /, *, name: str | None) -> int:
    """Explain a policy by its id or code, or a field such as spec.quota.hard; without one, list the fields."""
    if name is None:
        click.echo(_overview())
        return 0
    policies, problems = catalogue.read(root_or(start))
    policies += waivers.POLICIES
    policy = next((one for one in policies if name in one.names or name.upper() in one.codes), None)
    click.echo(explanation(policy) if policy is not None else _explanation(_found(name, policies)))
    if policy is not None:
        tell(root_or(start), problems)
    return 0


def _overview() -> str:
    blocks = []
    for kind in KINDS:
        top = fields.root(kind)
        rows = []
        for field in fields.below(top):
            inner = fields.below(field) if field.path[-1] in ("metadata", "spec") else ()
            rows += [(child.dotted, _summary(child)) for child in inner or (field,)]
        blocks.append(f"{kind}\n\n{_indented(_wrapped(top.schema['description']))}\n\n{_table(rows)}")
    more = "Explain one of them with: tenantry explain spec.quota, and a policy with: tenantry explain R013"
    return "\n\n".join((*blocks, _wrapped(more).lstrip()))


def _found(text: str, policies: Iterable[Policy]) -> Field:
    """Find a field by what somebody has written; where no kind leads, a tenant is meant first, then a platform."""
    kind, *path = fields.steps(text)
    tries = [(kind, path)] if kind in KINDS else [(other, [kind, *path]) for other in KINDS]
    missed = []
    for kind, path in tries:
        field, left = fields.find(kind, path)
        if not left:
            return field
        missed.append((field, left))
    known = [name for policy in policies for name in policy.names]
    what = "there is no such field or policy"
    raise InputError([Problem(Place(text or "FIELD"), f"{what}; {_instead(text, missed, known)}")])


def _instead(text: str, missed: Sequence[tuple[Field, Sequence[str]]], policies: Sequence[str]) -> str:
    """Name what was meant: a field beside the step that is wrong, or else a policy or field of a near name."""
    for field, left in sorted(missed, key=lambda miss: len(miss[1])) if "." in text else ():
        beside = {child.path[-1]: child for child in fields.below(field)}
        near = nearest(left[0], beside)
        if near is not None:
            return f"did you mean {_names(beside[near])[0]!r}?"
    known = [name for kind in KINDS for child in fields.every(fields.root(kind)) for name in _names(child)]
    near = nearest(text, [*policies, *known])
    if near is not None:
        return f"did you mean {near!r}?"
    return "list all with: tenantry explain, tenantry policy list"


def _names(field: Field) -> tuple[str, ...]:
    """Return what a field can be called, the usual way first."""
    full = ".".join(field.path)
    return (field.dotted, full) if field.kind == "tenant" else (full,)


def _explanation(field: Field) -> str:
    parts = [".".join(field.path), _indented(_wrapped(field.schema.get("description", "")))]
    parts.append(_table([("type", _type(field)), *_facts(field)]))
    example = _example(field)
    if example:
        parts.append(f"Example:\n\n{_indented(example)}")
    rows = [(child.path[-1], _summary(child)) for child in _children(field)]
    if rows:
        parts.append(f"Fields:\n\n{_table(rows)}")
    return "\n\n".join(part for part in parts if part.strip())


def _children(field: Field) -> Iterable[Field]:
    entry = fields.values(field)
    structured = entry is not None and fields.below(entry)
    return (*fields.below(field), *((entry,) if entry is not None and structured else ()))


# -- what is known of a field


def _facts(field: Field) -> Iterator[tuple[str, str]]:
    """Yield what the schema asks of a field, each with its name."""
    forms = fields.forms(field)
    if len(field.path) > 1:
        yield "required", "yes" if field.required else "no"
    if "default" in field.schema:
        yield "default", _value(field.schema["default"])
    allowed = [value for form in forms for value in form.get("enum", [form["const"]] if "const" in form else [])]
    if allowed:
        yield "allowed", ", ".join(_value(value) for value in allowed)
    for form in forms:
        yield from _shape(form)
    entry = fields.values(field)
    for form in forms:
        if "propertyNames" in form:
            yield "keys", FORMATS[form["propertyNames"]["format"]]
    if entry is not None:
        yield "values", FORMATS.get(entry.schema.get("format", ""), _type(entry))


def _shape(form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a single form of a field asks for."""
    if "format" in form:
        yield "format", FORMATS[form["format"]]
    if "pattern" in form:
        yield "pattern", form["pattern"]
    if "minimum" in form:
        yield "range", f"{form['minimum']} to {form['maximum']}" if "maximum" in form else f"{form['minimum']} or more"
    for bound, noun in (("minItems", "item"), ("minProperties", "field"), ("minLength", "character")):
        if bound in form:
            yield "at least", count(form[bound], noun)
    choice = [other["required"][0] for other in form.get("oneOf", ()) if "required" in other]
    if choice:
        yield "one of", f"{', '.join(choice)}; exactly one"
    for one, others in form.get("dependentRequired", {}).items():
        yield "needs", f"{one} only with {', '.join(others)}"


def _type(field: Field, many: int = 0) -> str:
    """Name the types that a field may have; *many* is 1 for those of a list's items."""
    found = []
    for form in (field.schema, *field.schema.get("allOf", ()), *field.schema.get("anyOf", ())):
        for name in _type_names(form):
            items = f" of {_type(fields.item(field, form), 1)}" if "items" in form else ""
            found.append(_TYPES[name][many] + items)
    return " or ".join(dict.fromkeys(found)) or "anything"


def _type_names(form: Mapping[str, Any]) -> tuple[str, ...]:
    if "enum" in form:
        return ("string",)
    if "const" in form:
        return ("boolean" if isinstance(form["const"], bool) else "string",)
    named = form.get("type", ())
    return (named,) if isinstance(named, str) else tuple(named)


def _example(field: Field) -> str:
    """Write the first example as it would stand in a file."""
    given = field.schema.get("examples")
    if not given:
        return ""
    return emit.document(given[0] if len(field.path) == 1 else {field.path[-1]: given[0]}).rstrip()


# -- text


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _summary(field: Field) -> str:
    return ("(required) " if field.required else "") + str(field.schema.get("description", ""))


def _table(rows: Sequence[tuple[str, str]]) -> str:
    """Write rows in two columns; what is too long for a field's line goes on below, never beside the first column."""
    column = max(len(name) for name, _ in rows) + 4
    lines = []
    for name, text in rows:
        folded = textwrap.wrap(text, _WIDTH - column, break_on_hyphens=False) or [""]
        lines.append(f"  {name:<{column - 2}}{folded[0]}".rstrip())
        lines += [" " * column + more for more in folded[1:]]
    return "\n".join(lines)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH - 2, break_on_hyphens=False)


def _indented(text: str) -> str:
    return textwrap.indent(text, "  ")
