"""In each namespace of tenants there is somebody who may do all of ``grants``.

Self-service is something that a platform promises as well: what nobody of a tenant may do, the platform's people do for
them. What counts is what one subject holds there by all roles that are bound in the namespace and in the whole
cluster. A namespace in which nobody is bound to anything has nobody to serve.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from generator.access import Rule, Subject
from generator.access.algebra import Permissions
from generator.rules.memory import Memory
from generator.rules.parameters import Grants
from generator.rules.reach import TENANT
from generator.rules.scene import Hit, Scene
from generator.rules.shapes import shape, worded

PARAMETERS = {"grants": Grants()}

#: The rules of each role that a subject is bound to.
Held = tuple[tuple[Rule, ...], ...]


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace in which nobody may do it, with what is missing to whoever may do most."""
    wanted = shape(parameters["grants"], scene.version)
    held = scene.answer(_held)
    everywhere = held.get("", {})
    for name, item in scene.namespaces:
        subjects = held.get(name)
        if not subjects or scene.reach(name) != TENANT:
            continue
        lacking = {
            tuple(map(id, roles)): roles
            for roles in ((*some, *everywhere.get(subject, ())) for subject, some in subjects.items())
        }
        missing = [_missing(wanted, roles) for roles in lacking.values()]
        if all(missing):
            least = min(missing, key=lambda text: (len(text), text))
            message = f"nobody in namespace {name} is granted {least}"
            yield Hit(message, item.origin, namespace=name, kind="Namespace", name=name)


def _held(scene: Scene) -> Mapping[str, Mapping[Subject, tuple[tuple[Rule, ...], ...]]]:
    """Return the rules that each subject holds, role by role, in each namespace; the empty one is the cluster."""
    found: dict[str, dict[Subject, list[tuple[Rule, ...]]]] = defaultdict(lambda: defaultdict(list))
    for binding, role in scene.gifts:
        for subject in binding.subjects:
            found[binding.namespace][subject].append(role.rules)
    return {name: {subject: tuple(rules) for subject, rules in some.items()} for name, some in found.items()}


def _missing(wanted: Permissions, roles: Held) -> str:
    return _lacking.of(wanted, *roles)


def _work_out(wanted: Permissions, *roles: tuple[Rule, ...]) -> str:
    left = wanted - Permissions.of([rule for rules in roles for rule in rules])
    return worded(left) if left else ""


_lacking = Memory(_work_out)
