"""Nobody is granted any of ``grants``.

Each names ``apiGroups``, ``resources`` and ``verbs``; ``*`` means all, and ``customs`` stands for the custom resources
of these effects. ``since`` and ``before`` are the Kubernetes versions from which on a grant counts, or no more, and
``scope: Cluster`` says that resources of others live in no namespace. Be it by a wildcard, an aggregated or built-in
role, or for one name only: what is granted is intersected with what is forbidden, as sets of requests. The cause is
one binding of a role to one subject. What a RoleBinding cannot give (nodes, users, URLs) is no finding, nor is what
every cluster starts with, nor a binding to a role that is not there.

``namespaces`` are the only ones that it is about, besides the whole cluster; ``labels`` those of the only ones.
``unless: confined`` leaves out a tenant's own namespace whose pods Pod Security keeps off the node.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from generator.access import Role, Rule
from generator.access.algebra import Permissions
from generator.rules.memory import Memory
from generator.rules.parameters import Grants, Optional, Parameter, Texts, Word, Words
from generator.rules.scene import Hit, Scene, called, chain, keys, written
from generator.rules.shapes import granting, shape, worded

PARAMETERS: Mapping[str, Parameter] = {
    "grants": Grants(),
    "namespaces": Optional(Words()),
    "labels": Optional(Texts()),
    "unless": Optional(Word(("confined",))),
}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding that gives a subject something forbidden."""
    forbidden = [shape(parameters["grants"], scene.version, in_namespace=one) for one in (False, True)]
    is_spared = sparing(scene, parameters)
    for gifts in scene.alike:
        in_namespace = bool(gifts[0].binding.namespace)
        indices, said = granted(gifts[0].role, forbidden[in_namespace], in_namespace=in_namespace)
        for binding, role in gifts if indices else ():
            if is_spared(binding.namespace):
                continue
            where = f"in namespace {binding.namespace}" if binding.namespace else "in the whole cluster"
            steps, rules = chain(binding, role, indices), keys(role, indices)
            for subject in binding.subjects:
                yield Hit(
                    f"{subject} is granted {said}, {where} by {called(binding)}",
                    binding.origin,
                    namespace=binding.namespace,
                    kind=binding.kind,
                    name=binding.name,
                    subject=written(subject),
                    chain=steps,
                    rules=rules,
                )


def sparing(scene: Scene, parameters: Mapping[str, Any]) -> Callable[[str], bool]:
    """Return what tells whether a policy leaves a namespace out; it never leaves out the whole cluster."""
    only, labels = parameters.get("namespaces"), parameters.get("labels", {})
    unless_confined = parameters.get("unless") == "confined"

    @cache
    def is_spared(namespace: str) -> bool:
        if not namespace:
            return scene.is_silent(namespace)
        if (
            scene.is_silent(namespace)
            or (unless_confined and scene.is_confined(namespace))
            or (only is not None and namespace not in only)
        ):
            return True
        return any(scene.label(namespace, key) != text for key, text in labels.items())

    return is_spared


def granted(role: Role, forbidden: Permissions, *, in_namespace: bool) -> tuple[tuple[int, ...], str]:
    """Return the rules of a role that grant something forbidden, and what they grant of it."""
    return _granted.of(role.rules, forbidden, in_namespace)


def _work_out(rules: tuple[Rule, ...], forbidden: Permissions, in_namespace: bool) -> tuple[tuple[int, ...], str]:  # noqa: FBT001 - a part of a key
    indices = granting(rules, forbidden, in_namespace=in_namespace)
    if not indices:  # nearly always
        return (), ""
    found = Permissions.of([rules[index] for index in indices]) & forbidden
    return indices, worded(found)


_granted = Memory(_work_out)
