"""Nobody is granted any of ``verbs`` on any of ``resources`` in any of ``apiGroups``.

Be it by a wildcard, an aggregated or built-in role, or for one name only: what is granted is intersected with what is
forbidden, as sets of requests. ``*`` means all. The cause is one binding of a role to one subject. What a RoleBinding
cannot give (nodes, users, URLs) is no finding, nor is what every cluster starts with, nor a binding to a role that is
not there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.access import Role, Rule
from generator.access.algebra import Permissions
from generator.rules import scopes
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, called, chain, written

PARAMETERS = {"apiGroups": Words(), "resources": Words(), "verbs": Words()}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding that gives a subject something forbidden."""
    rule = Rule(tuple(parameters["verbs"]), tuple(parameters["apiGroups"]), tuple(parameters["resources"]))
    forbidden = _Forbidden(Permissions.of([rule]))
    for binding, role in scene.gifts:
        indices, said = forbidden.of(role, in_namespace=bool(binding.namespace))
        if not indices:
            continue
        where = f"in namespace {binding.namespace}" if binding.namespace else "in the whole cluster"
        steps = chain(binding, role, indices)
        for subject in binding.subjects:
            yield Hit(
                f"{subject} is granted {said}, {where} by {called(binding)}",
                binding.origin,
                namespace=binding.namespace,
                kind=binding.kind,
                name=binding.name,
                subject=written(subject),
                chain=steps,
            )


@dataclass(slots=True)
class _Forbidden:
    """What is forbidden of roles, worked out once for each list of rules that roles share."""

    shape: Permissions
    _known: dict[tuple[int, bool], tuple[tuple[int, ...], str]] = field(default_factory=dict)

    def of(self, role: Role, *, in_namespace: bool) -> tuple[tuple[int, ...], str]:
        """Return the rules of a role that grant something forbidden, and what they grant of it."""
        key = (id(role.rules), in_namespace)
        if key not in self._known:
            self._known[key] = self._work_out(role.rules, in_namespace=in_namespace)
        return self._known[key]

    def _work_out(self, rules: tuple[Rule, ...], *, in_namespace: bool) -> tuple[tuple[int, ...], str]:
        live = self.shape & scopes.of_role_bindings() if in_namespace else self.shape
        indices = tuple([index for index, rule in enumerate(rules) if Permissions.of([rule]) & live])
        granted = Permissions.of([rules[index] for index in indices]) & self.shape
        return indices, "; ".join(granted.describe())
