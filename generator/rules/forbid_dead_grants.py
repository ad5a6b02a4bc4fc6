"""No role is given by RoleBindings only and names what no RoleBinding can give.

These are the kinds that live in no namespace, URLs, and whom one may impersonate but service accounts; of namespaces
and ClusterRoles some verbs are live (see ``scopes``). It is judged word by word: each resource in each group, and where
it is not dead as a whole, each verb. A wildcard names nothing that could be dead. A Role can be given by no other
binding, so it need not be given at all. A ClusterRole is passed over where a ClusterRoleBinding gives it too, where
nothing gives it, and where an aggregated role gathers it; so is what Kubernetes itself wrote.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from generator.access import RoleKey, Rule
from generator.access.algebra_diagrams import EVERYTHING, Words
from generator.access.rule import ALL
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
    found: dict[tuple[str, ...], list[str]] = {}
    resources = [(one, one.partition("/")[0]) for one in dict.fromkeys(rule.resources) if not one.endswith("/")]
    verbs = cache(lambda dead: tuple([verb for verb in dict.fromkeys(rule.verbs) if _is_dead(verb, dead)]))
    for group in dict.fromkeys(rule.api_groups):
        dead = scopes.dead_in(group)
        for resource, base in resources if dead else ():
            if base in dead and (in_vain := verbs(dead[base])):
                found.setdefault(in_vain, []).append(f"{resource} of {group}" if group else resource)
    for in_vain, where in found.items():
        yield f"{', '.join(in_vain)} on {', '.join(where)}"


def _is_dead(verb: str, dead: Words) -> bool:
    return verb in dead if verb != ALL else dead == EVERYTHING
