"""The accounts as which Flux applies what we have rendered, and what is no finding that they are given.

Whoever applies roles, quotas and network policies must be given what the policies keep from everybody else. Nothing is
spared that is more than it says: wildcards, and the verbs by which somebody gets rights that a role does not name. Such
an account is named by a Kustomization of ours in a namespace of the control plane, and whoever can write one there has
Flux do anything already.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from generator.access import Binding, Role, Rule, Subject
from generator.access.lists import Item
from generator.access.subject import service_account
from generator.rules.reach import CONTROL_PLANE

KIND = ("kustomize.toolkit.fluxcd.io", "Kustomization")
#: How rendered objects say whose they are.
_OURS = ("app.kubernetes.io/managed-by", "tenantry")
_OPEN_ENDED = frozenset({"*", "escalate", "bind", "impersonate"})


_Gift = TypeVar("_Gift", bound=tuple[Binding, Role])


def others(gifts: Sequence[_Gift], kustomizations: Iterable[Item], reach: Callable[[str], str]) -> tuple[_Gift, ...]:
    """Return the bindings, with their roles, that give anything else than that; see :func:`accounts`."""
    spared = accounts(kustomizations, reach)
    return tuple([one for one in gifts if not is_theirs(one[0], one[1], spared)]) if spared else tuple(gifts)


def accounts(kustomizations: Iterable[Item], reach: Callable[[str], str]) -> frozenset[Subject]:
    """Return the accounts that Kustomizations name; *reach* tells how far a namespace's trust reaches."""
    return frozenset(
        service_account(item.namespace, name)
        for item in kustomizations
        if _ours(item) and reach(item.namespace) == CONTROL_PLANE and isinstance(name := _spec(item), str)
    )


def is_theirs(binding: Binding, role: Role, spared: frozenset[Subject]) -> bool:
    """Tell whether a binding gives nobody else anything, and them no more than its role says."""
    return spared.issuperset(binding.subjects) and not any(map(_is_open_ended, role.rules))


def _is_open_ended(rule: Rule) -> bool:
    """Tell whether a rule gives more than it names; to bind one role by its name is to give what that role says."""
    found = _OPEN_ENDED.intersection((*rule.verbs, *rule.api_groups, *rule.resources))
    return bool(found) and not (found == {"bind"} and rule.resource_names)


def _ours(item: Item) -> bool:
    key, value = _OURS
    return _within(_within(item.body, "metadata"), "labels").get(key) == value


def _spec(item: Item) -> object:
    return _within(item.body, "spec").get("serviceAccountName")


def _within(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = body.get(key)
    return value if isinstance(value, Mapping) else {}
