"""No account that applies a tenant's repository by Flux is given wildcards, or everything.

Such an account is one that a Kustomization or HelmRelease of a tenant names, a service account that ``flux create
tenant`` labelled, or the user ``gotk:NAMESPACE:reconciler``, which that command binds as well. Whoever may merge into
the tenant's repository does all that it may do: by ``cluster-admin`` in their namespace, they delete the quota, the
network policies and the bindings that hold them there.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access import Rule, Subject, implicit_groups
from generator.access.subject import group, service_account
from generator.rules.parameters import Parameter
from generator.rules.scene import Gift, Hit, Scene, called, chain, inside, keys, written
from generator.rules.syncs import FLUX_TENANT, appliers, is_tenants, own_tenant, text

PARAMETERS: Mapping[str, Parameter] = {}

_ANY = "*"


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding that gives such an account a wildcard."""
    if not any(True for _ in appliers(scene)):
        return
    accounts = _reconcilers(scene)
    groups = {group(name) for one in accounts for name in implicit_groups(one)[:2]}
    for gifts in scene.alike:
        wild = tuple([index for index, rule in enumerate(gifts[0].role.rules) if _is_wild(rule)])
        for gift in gifts if wild else ():
            yield from _given(gift, wild, accounts, groups)


def _reconcilers(scene: Scene) -> frozenset[Subject]:
    named = {
        service_account(item.namespace, text(item, "spec", "serviceAccountName"))
        for item in appliers(scene)
        if text(item, "spec", "serviceAccountName") and (is_tenants(scene, item.namespace) or own_tenant(scene, item))
    }
    labelled = {
        service_account(item.namespace, item.name)
        for item in scene.of_kind("", "ServiceAccount")
        if FLUX_TENANT in inside(item.body, "metadata", "labels")
    }
    return frozenset(named | labelled)


def _is_wild(rule: Rule) -> bool:
    return any(_ANY in words for words in (rule.verbs, rule.api_groups, rule.resources))


def _given(gift: Gift, wild: tuple[int, ...], accounts: frozenset[Subject], groups: set[Subject]) -> Iterator[Hit]:
    binding, role = gift
    for subject in binding.subjects:
        if subject not in accounts and subject not in groups and not _is_flux_user(subject):
            continue
        where = f"in namespace {binding.namespace}" if binding.namespace else "in the whole cluster"
        yield Hit(
            f"{subject}, who applies a tenant's repository, is given wildcards {where}, by {called(binding)}",
            binding.origin,
            namespace=binding.namespace,
            kind=binding.kind,
            name=binding.name,
            subject=written(subject),
            chain=chain(binding, role, wild),
            rules=keys(role, wild),
        )


def _is_flux_user(subject: Subject) -> bool:
    return subject.kind == "User" and subject.name.startswith("gotk:") and subject.name.endswith(":reconciler")
