"""No AuthorizationPolicy lets every request in, from everybody.

That is one with a rule that names no source, operation or condition, or only such as leave nothing out (``*``).
``workloads: all`` asks of policies without a selector, which open a whole namespace; ``some`` of those that select.
``of`` narrows it to namespaces of ``tenants``, by their label, and of ``profiles`` of Kubeflow.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.rules.meshes import allowing
from generator.rules.parameters import Parameter, Word, Words
from generator.rules.require_labels import asked_namespaces
from generator.rules.scene import Hit, Scene, inside, name_of, namespace_of

PARAMETERS: Mapping[str, Parameter] = {"workloads": Word(("all", "some")), "of": Words(("tenants", "profiles"))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each policy that keeps nobody out."""
    asked: list[Callable[[str], bool]] = []
    for item, spec, rules in allowing(scene):
        selects = bool(inside(spec, "selector", "matchLabels") or spec.get("targetRef") or spec.get("targetRefs"))
        if selects is not (parameters["workloads"] == "some"):
            continue
        if not any(not rule.narrows_callers and not rule.narrows_operations for rule in rules):
            continue
        asked = asked or [asked_namespaces(scene, of) for of in parameters["of"]]
        namespace, name = namespace_of(item), name_of(item)
        if any(is_asked(namespace) for is_asked in asked):
            what = "the workloads that it selects" if selects else f"all workloads of namespace {namespace}"
            message = f"AuthorizationPolicy {name} lets everybody call {what}"
            yield Hit(message, item.origin, namespace=namespace, kind=item.kind, name=name)
