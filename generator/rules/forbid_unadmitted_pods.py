"""No workload makes pods that its namespace refuses by the Pod Security level that it enforces.

The API server takes such a Deployment or Job with a warning, and refuses its pods one by one: the message reaches only
the controller, which tries again for ever. The version is that of the label ``enforce-version``, or the cluster's. A
namespace that enforces nothing, or is not among the manifests, refuses nobody here. A manifest of which
something cannot be decoded is judged without that: the API server refuses it as a whole.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator import podsecurity
from generator.access.lists import Item
from generator.podsecurity import ENFORCE, ENFORCE_VERSION, ROUTES, Standard, Template
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, name_of, namespace_of

PARAMETERS: Mapping[str, Parameter] = {}

#: What a namespace enforces that is not there.
_NONE = Standard()


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each workload whose pods are refused, with all reasons in the API server's words."""
    known: dict[tuple[Standard, str], str] = {}
    standards = {name: _enforced(scene, name) for name, _ in scene.namespaces}
    for (group, kind), route in ROUTES.items():
        for item in scene.of_kind(group, kind):
            standard = standards.get(item.namespace, _NONE)
            pods = podsecurity.template(item.body, route) if standard.level != "privileged" else None
            if pods is None:
                continue
            asked = Template(*podsecurity.narrowed(*pods))
            key = standard, repr(asked)
            if key not in known:
                known[key] = _refusal(asked, standard, scene.version)
            if known[key]:
                yield _hit(item, known[key])


def _enforced(scene: Scene, namespace: str) -> Standard:
    labels = {key: scene.label(namespace, key) for key in (ENFORCE, ENFORCE_VERSION)}
    return podsecurity.enforced({key: text for key, text in labels.items() if text})


def _refusal(pods: Template, standard: Standard, cluster: str) -> str:
    reasons = podsecurity.violations(*pods, *standard, cluster=cluster)
    return podsecurity.message(reasons, *standard)


def _hit(item: Item, refusal: str) -> Hit:
    namespace, name = namespace_of(item), name_of(item)
    whose = "is refused by" if item.kind == "Pod" else "makes pods that are refused by"
    message = f"{item.kind} {name} {whose} namespace {namespace}: {refusal}"
    return Hit(message, item.origin, namespace=namespace, kind=item.kind, name=name)
