"""One tenant, read with those above it and no others, for commands that ask about one.

What is wrong between it and the rest is not looked for: ``tenantry check`` tells that.
"""

from pathlib import Path
from typing import Any

from generator import repository
from generator.allotment import around
from generator.allotment.ledger import Ledger
from generator.organisation import bounds, shares, tree
from generator.organisation.directory import Directory, Entry, entry
from generator.placement import placement
from generator.problems import InputError, Place, Problem, instead
from generator.spec import tenant
from generator.spec.platform import Platform
from generator.spec.tenant import Tenant
from generator.validation import schema
from generator.yaml import documents


def read(root: Path, name: str, platform: Platform, asked: Place) -> Tenant:
    """Return a tenant with all that it inherits, bounded by those above; raise :class:`InputError` if it is wrong.

    *asked* is where its name was written, in case there is no such tenant.
    """
    known = {repository.name_of(source.document): source.document for source in repository.tenant_sources(root)}
    line: list[Tenant] = []
    entries: list[Entry] = []
    above: str | None = name
    while above is not None:
        if above in {one.name for one in line}:
            raise InputError([Problem(asked, f"{above!r} is its own ancestor; let one of them have no parent")])
        if above not in known:
            raise InputError([Problem(asked, f"{above!r} is not a tenant; {instead(above, known)}")])
        read_one, entry_of = _read(root, known[above])
        line.append(read_one)
        entries.append(entry_of)
        above, asked = line[-1].parent, line[-1].origin / "spec" / "parent"
    own = line[0]
    resolved, *ancestors = tree.resolve_line(line, platform)
    problems = [*tenant.check(own), *tree.check(own, resolved, platform), *bounds.check(own, ancestors, platform)]
    share = around.share(Ledger(Directory(entries, platform)), name)
    resolved = shares.settled(resolved, share)
    problems += placement.check(resolved)
    if problems:
        raise InputError(problems)
    return resolved


def _read(root: Path, document: str) -> tuple[Tenant, Entry]:
    found = documents.read(root, document)
    problems = [*schema.problems(found, "tenant")]
    value: Any = found.value
    if not problems and value["metadata"]["name"] != repository.name_of(document):
        message = f"{value['metadata']['name']!r} is not the name of the file; rename one of them"
        problems.append(Problem(Place(document, ("metadata", "name")), message))
    if problems:
        raise InputError(problems)
    return tenant.from_value(value, document), entry(value, document)
