"""No role is given by RoleBindings only and names what no RoleBinding can give.

These are the kinds that live in no namespace, URLs, and whom one may impersonate but service accounts; of namespaces
and ClusterRoles some verbs are live (see ``scopes``). It is judged word by word: each resource in each group, and where
it is not dead as a whole, each verb. A wildcard names nothing that could be dead. A Role can be given by no other
binding, so it need not be given at all. A ClusterRole is passed over where a ClusterRoleBinding gives it too, where
nothing gives it, and where an aggregated role gathers it; so is what Kubernetes itself wrote.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.access import RoleKey, Rule
from generator.access.algebra import Permissions
from generator.rules import scopes
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene

PARAMETERS: Mapping[str, Parameter] = {}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each rule that is dead, or some of whose words are."""
    found = [(roles, dead) for roles in scene.written_roles if (dead := _dead(roles[0].rules))]
    if not found:
        return
    only_in_namespaces = _only_in_namespaces(scene)
    gathered = {rule for role in scene.access.roles.values() if role.selectors is not None for rule in role.rules}
    for roles, dead in found:
        for role in roles:
            if not role.key.namespace and not only_in_namespaces.get(role.key):
                continue
            for index, said in dead:
                if scene.is_built_in(role, index) or (not role.key.namespace and role.rules[index] in gathered):
                    continue
                yield Hit(
                    f"{role.key.kind} {role.key.name} names what no RoleBinding can give: {said}",
                    role.source(index),
                    namespace=role.key.namespace,
                    kind=role.key.kind,
                    name=role.key.name,
                )


def _only_in_namespaces(scene: Scene) -> dict[RoleKey, bool]:
    """Tell of each role that is given whether it is by RoleBindings only."""
    found: dict[RoleKey, bool] = {}
    for binding in scene.access.bindings:
        found[binding.role] = bool(binding.namespace) and found.get(binding.role, True)
    return found


def _dead(rules: Sequence[Rule]) -> list[tuple[int, str]]:
    return [(index, "; ".join(words)) for index, rule in enumerate(rules) if (words := [*_words(rule)])]


def _words(rule: Rule) -> Iterator[str]:
    """Yield what is dead of a rule."""
    if rule.urls:
        yield f"the paths {', '.join(rule.urls)}"
    dead: dict[tuple[str, ...], list[str]] = {}
    for group in rule.api_groups:
        for resource in rule.resources:
            verbs = _dead_verbs(rule, group, resource)
            if verbs:
                where = f"{resource} of {group}" if group else resource
                dead.setdefault(verbs, []).append(where)
    for verbs, resources in dead.items():
        yield f"{', '.join(verbs)} on {', '.join(resources)}"


def _dead_verbs(rule: Rule, group: str, resource: str) -> tuple[str, ...]:
    """Return the verbs that are written in vain; all, where the resource lives in no namespace."""
    live = scopes.of_role_bindings()
    if Permissions.of([Rule(rule.verbs, (group,), (resource,))]) <= live:
        return ()
    return tuple([verb for verb in rule.verbs if not Permissions.of([Rule((verb,), (group,), (resource,))]) & live])
