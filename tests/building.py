"""How the tests of the builders see a repository: YAML texts in, Kubernetes objects out, and no disk between.

A tenant is written as the text under its ``spec``, or as a whole document where its metadata matter. What is rendered
is read again with the strict reader, so that whatever a test sees is what stands in the files.
"""

import random
import re
from collections.abc import Iterator
from textwrap import indent

from generator.allotment import around, overdraft
from generator.allotment.ledger import Ledger
from generator.assembly import Assembly
from generator.organisation import bounds, conflicts, tree
from generator.organisation.directory import Directory, entry
from generator.placement import placement
from generator.problems import InputError
from generator.repository import PLATFORM
from generator.spec import platform, roles, tenant
from generator.spec.templates import Templates
from generator.validation import schema, validity
from generator.yaml import documents

#: One cluster without anything special.
PLAIN = 'clusters: [{name: prod, version: "1.34"}]'
#: What a tenant must have, beside what a test is about.
QUOTA = "quota: {hard: {pods: 10}}"


def cluster(**fields):
    """Write a platform of one cluster: ``cluster(sync="flux", addons="[istio]")``."""
    given = {"name": "prod", "version": '"1.34"', **fields}
    return "clusters: [{" + ", ".join(f"{key}: {value}" for key, value in given.items()) + "}]"


def files(tenants, platform_spec=PLAIN, templates=None):
    """Render everything: path -> text."""
    assembly = _assembly(platform_spec, templates)
    shared = assembly.shared()
    found = dict(shared.files)
    for resolved, facts in _resolved(tenants, assembly.platform, shared.queues):
        found |= assembly.files(resolved, facts)
    return {path: text.decode() for path, text in found.items()}


def bodies(*texts):
    """Read rendered texts back, with the reader that reads foreign manifests too."""
    found = [document for text in texts for document in documents.parse_all(text.encode(), "rendered.yaml")]
    assert [problem for document in found for problem in document.problems] == []
    return [document.value for document in found]


def objects(tenants, platform_spec=PLAIN, templates=None):
    """Render everything; return the objects of all files, in the order of the paths."""
    found = files(tenants, platform_spec, templates)
    return bodies(*(found[path] for path in sorted(found)))


def shuffled(items, seed):
    """Put items into another order, the same one for the same seed."""
    return random.Random(seed).sample(list(items), len(items))  # noqa: S311 - an order, and no secret


def of(tenant_spec, platform_spec=PLAIN, templates=None):
    """Render the one tenant ``vision``, with a quota unless it says otherwise."""
    spec = tenant_spec if re.search("^quota:", tenant_spec, re.MULTILINE) else f"{QUOTA}\n{tenant_spec}"
    return objects({"vision": spec}, platform_spec, templates)


def every(found, kind, name=None, namespace=None):
    """Pick objects by what they are called."""
    return [
        body
        for body in found
        if body["kind"] == kind
        and name in (None, body["metadata"]["name"])
        and namespace in (None, body["metadata"].get("namespace"))
    ]


def one(found, kind, name=None, namespace=None):
    """Pick the one object that there must be."""
    picked = every(found, kind, name, namespace)
    names = [(body["kind"], body["metadata"].get("namespace"), body["metadata"]["name"]) for body in found]
    assert len(picked) == 1, f"{len(picked)} of {kind} {namespace}/{name} in {names}"
    return picked[0]


def told(tenants, platform_spec=PLAIN, templates=None):
    """Render everything that is wrong; return the problems as people see them, in order and each once."""
    with_places = []
    try:
        files(tenants, platform_spec, templates)
    except InputError as error:
        with_places = [
            f"{p.place.document}{f':{p.place.line}' if p.place.line else ''}: {p.field + ': ' if p.field else ''}{p.message}"
            for p in error.problems
        ]
    return list(dict.fromkeys(with_places))


def _assembly(platform_spec, templates):
    text = f"apiVersion: tenantry.dev/v1\nkind: Platform\nmetadata: {{name: example}}\nspec:\n{indent(platform_spec, '  ')}\n"
    document = documents.parse(text.encode(), PLATFORM)
    _stop(schema.problems(document, "platform"))
    made = platform.from_document(document)
    _stop([*platform.check(made, document, validity.known_versions()), *roles.check(made)])
    return Assembly(made, Templates(templates or {}))


def _resolved(tenants, made, queues) -> Iterator:
    """Carry tenants from their texts to where they can be built, in the order in which they are given."""
    values = {name: _value(name, text) for name, text in tenants.items()}
    directory = Directory([entry(value, _document(name)) for name, value in values.items()], made)
    ledger = Ledger(directory)
    _stop([*conflicts.check(directory, queues=queues), *overdraft.check(ledger)])
    for name, value in values.items():
        facts = around.facts(ledger, name)
        own = tenant.from_value(value, _document(name))
        ancestors = [tenant.from_value(values[other], _document(other)) for other in facts.ancestors]
        resolved, *above = tree.resolve_line([own, *ancestors], made)
        _stop([*tenant.check(own), *tree.check(own, resolved, made), *bounds.check(own, above, made)])
        _stop(placement.check(resolved, facts.share))
        yield resolved, facts


def _value(name, text):
    if "tenantry.dev/v1" not in text:
        text = f"apiVersion: tenantry.dev/v1\nkind: Tenant\nmetadata: {{name: {name}}}\nspec:\n{indent(text, '  ')}\n"
    document = documents.parse(text.encode(), _document(name))
    _stop(schema.problems(document, "tenant"))
    return document.value


def _document(name):
    return f"tenants/{name}.yaml"


def _stop(problems):
    problems = list(problems)
    if problems:
        raise InputError(problems)
