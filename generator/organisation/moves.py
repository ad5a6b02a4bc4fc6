"""Who has to agree that a tenant gets another parent, told of a change as a note.

The rule is HNC's (``getServerChecks`` of its ``internal/hierarchyconfig``): the owners of the nearest tenant that is
above both the old place and the new one; from one tree to another, those of the old root and of the new parent. Owners
are read where the change began, so that a change cannot name its own. It is a note and no error, since who has approved
a change is known to the git host, and not here.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from generator import repository, revisions
from generator.problems import Place, Problem
from generator.spec.tenant import Tenant, from_value
from generator.validation import schema
from generator.yaml import documents

#: What a file says of a parent, roughly: most changes leave it alone, and need not be read for it.
_MENTION = re.compile(rb"parent\W+[\w-]*")


class Forest(Struct, frozen=True):
    """The files of tenants by name, each taken apart when somebody asks for it."""

    texts: Mapping[str, bytes]

    def tenant(self, name: str) -> Tenant | None:
        """Return a tenant as its file has it; ``None`` if there is none, or none that can be used."""
        value: Any = documents.parse(self.texts[name], name).value if name in self.texts else None
        return from_value(value, name) if value is not None and schema.decider("tenant")(value) else None

    def line(self, name: str | None) -> list[Tenant]:
        """Return a tenant with those above it, the root last; a circle is followed once."""
        found: dict[str, Tenant] = {}
        while name is not None and name not in found:
            tenant = self.tenant(name)
            if tenant is None:
                break
            found[name] = tenant
            name = tenant.parent
        return list(found.values())

    def owners(self, name: str) -> list[str]:
        """Return who owns a tenant, by its own file or by those above it."""
        people: list[str] = []
        for tenant in self.line(name):
            if tenant.owners is not None:
                people += [f"{one.subject.kind.lower()} {one.subject.name}" for one in tenant.owners]
                if not tenant.kept_owners:
                    break
        return list(dict.fromkeys(people))


def since(root: Path, revision: str) -> Iterator[Problem]:
    """Tell every tenant that has another parent than where a change began, which is where it left *revision*."""
    start = revisions.fork_point(root, revision)
    changed = frozenset(filter(repository.is_tenant, revisions.changed(root, start, repository.TENANTS)))
    if not changed:
        return
    before = Forest(_by_name(revisions.files(root, start, [repository.TENANTS], only=changed)))
    here = {repository.name_of(source.document): source.document for source in repository.tenant_sources(root)}
    moved = []
    for name in sorted(before.texts.keys() & here.keys()):
        data, _ = documents.load(root, here[name])
        if data is None or _MENTION.findall(data) == _MENTION.findall(before.texts[name]):
            continue
        old, new = before.tenant(name), Forest({name: data}).tenant(name)
        if old is not None and new is not None and old.parent != new.parent:
            moved.append((new, old.parent))
    if moved:
        forest = Forest(_by_name(revisions.files(root, start, [repository.TENANTS])))
        yield from (_told(tenant, old, forest, here) for tenant, old in moved)


def _by_name(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {repository.name_of(path): data for path, data in files.items() if repository.is_tenant(path)}


def _told(tenant: Tenant, old: str | None, forest: Forest, here: Mapping[str, str]) -> Problem:
    """Say where a tenant goes, and whom to ask."""
    asked = " and ".join(_asked(name, why, forest) for name, why in approvers(old, tenant.parent, forest).items())
    where = f"from {old or 'the top'} to {tenant.parent or 'the top'}"
    route = ("spec", "parent") if tenant.parent is not None else ("spec",)
    message = f"{tenant.name} moves {where}; ask {asked or 'the platform team'} to approve it"
    return Problem(Place(here[tenant.name], route), message, warning=True)


def _asked(name: str, why: str, forest: Forest) -> str:
    people = forest.owners(name)
    return f"the owners of {name}, {why} ({', '.join(people) if people else 'it has none, so the platform team'})"


def approvers(old: str | None, new: str | None, forest: Forest) -> dict[str, str]:
    """Return the tenants whose owners have to agree to a move, each with why; *forest* is what there was before."""
    below = [one.name for one in forest.line(old)]
    above = {one.name for one in forest.line(new)}
    common = next((name for name in below if name in above), None)
    if common is not None:
        return {common: "which is above both"}
    asked = {below[-1]: "the root above it so far"} if below else {}
    return asked | ({new: "the new parent"} if new is not None else {})
