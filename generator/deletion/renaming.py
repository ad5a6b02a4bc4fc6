"""Which tenant a vanished one may have become: the one that has its namespaces, by another name."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from generator.organisation.directory import Directory
from generator.problems import nearest

#: How many tenants are looked at for each that has vanished; more are no renaming.
_MOST = 20


def guesses(lost: Mapping[str, Iterable[str]], directory: Directory, earlier: AbstractSet[str]) -> dict[str, str]:
    """Return the likely new name of each vanished tenant that has one; *lost* are their namespaces, by tenant.

    Only who was not there *earlier* can be one of them. Where several have the namespaces, the nearest name is taken.
    """
    fresh: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for name in sorted(directory.entries.keys() - earlier):
        fresh[_shape(name, directory.namespaces(name))].append(name)
    found = {}
    for tenant, names in lost.items():
        alike = fresh.get(_shape(tenant, names), [])
        if len(alike) == 1:
            found[tenant] = alike[0]
        elif alike and (near := nearest(tenant, alike[:_MOST])) is not None:
            found[tenant] = near
    return found


def _shape(tenant: str, names: Iterable[str]) -> frozenset[str]:
    """Return names of namespaces without that of their tenant."""
    return frozenset(name.replace(tenant, "\0", 1) for name in names)


def kept(old: str, names: Iterable[str], new: str, directory: Directory) -> Iterator[str]:
    """Yield the items of ``namespaces`` with which a tenant keeps what it had by its old name."""
    shorts = dict(
        zip(directory.namespaces(new), (short for short, _ in directory.entries[new].namespaces), strict=True)
    )
    for name in names:
        short = shorts.get(name.replace(old, new, 1))
        yield f"{{name: {short or 'main'}, fullName: {name}}}"
