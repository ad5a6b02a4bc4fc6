"""What every preset promises, asked of those that a site adds.

Ours are held to the same by tests. A preset is given away by tenants themselves, so that nobody looks at it again: it
must say all that it does.
"""

from collections.abc import Iterator

from generator.access.algebra import Permissions
from generator.kubernetes.resources import is_cluster_scoped
from generator.launcher import powers, preset
from generator.launcher.bundle import bundles
from generator.launcher.preset import Preset, Rule
from generator.problems import Place, Problem

#: Verbs that hand out rights or identities.
_HANDING_OUT = frozenset({"approve", "bind", "escalate", "impersonate", "sign"})
#: Groups of which no object is a launcher's to read or write.
_OF_RIGHTS = frozenset({"admissionregistration.k8s.io", "certificates.k8s.io", "rbac.authorization.k8s.io"})
_OF_TOKENS = frozenset({"serviceaccounts/token"})


def check(one: Preset, origin: Place) -> Iterator[Problem]:
    """Find what a preset of the site may not be; *origin* is its document."""
    if one.name in {*preset.names(), *bundles()}:
        message = f"{one.name!r} is a preset that ships with tenantry, and tenants would get another; rename it"
        yield Problem(origin / "name", message)
    for place, rules in _places(one, origin):
        for index, rule in enumerate(rules):
            for message in _objections(rule):
                yield Problem(place / index, message)
    yield from _check_flags(one, origin)


def _places(one: Preset, origin: Place) -> Iterator[tuple[Place, tuple[Rule, ...]]]:
    yield origin / "rules", one.rules
    for option in one.options:
        yield origin / "options" / option.name / "rules", option.rules


def _objections(rule: Rule) -> Iterator[str]:
    words = [word for key in ("apiGroups", "resources", "verbs") for word in rule[key]]
    wild = sorted({word for word in words if "*" in word})
    if wild:
        yield f"{wild[0]!r} is whatever there will ever be; name each"
    for verb in sorted(_HANDING_OUT.intersection(rule["verbs"])):
        yield f"{verb!r} hands out rights that nobody reviews; leave it to the platform"
    for group in sorted(_OF_RIGHTS.intersection(rule["apiGroups"])):
        yield f"{group!r} is what rights and admission are made of; leave it to the platform"
    for token in sorted(_OF_TOKENS.intersection(rule["resources"])):
        yield f"{token!r} is every account of the namespace; leave it to the platform"
    kinds = sorted({(group, word.split("/")[0]) for group in rule["apiGroups"] for word in rule["resources"]})
    for group, kind in kinds:
        if is_cluster_scoped(kind, group):
            yield f"{kind!r} lies in no namespace, so that a Role cannot give it; drop it"


def _check_flags(one: Preset, origin: Place) -> Iterator[Problem]:
    """Ask that the flags are the powers of the rules, at their default and with each option."""
    base = powers.powers(Permissions.of(one.rules))
    yield from _compare(one.flags, base, origin / "flags")
    for option in one.options:
        added = powers.powers(Permissions.of([*one.rules, *option.rules]))
        if one.flags == base and base | option.flags != added:
            yield from _compare(option.flags, added - base, origin / "options" / option.name / "flags")


def _compare(said: frozenset[str], found: frozenset[str], place: Place) -> Iterator[Problem]:
    if said != found:
        written, wanted = (f"[{', '.join(sorted(flags))}]" for flags in (said, found))
        yield Problem(place, f"{written} is not what the rules are good for; write {wanted}")
