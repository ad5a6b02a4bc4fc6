"""No binding is about what is not there: the parameter ``case`` says about what.

``role``: a binding gives a role that is neither among the manifests nor Kubernetes' own. It grants nothing until
somebody makes a role of that name, and then whatever that somebody likes; or the role is in the cluster, and nobody who
reads the manifests sees what it grants. ``account``: a binding names a service account that its namespace does not
declare, though the manifests declare the namespace; whoever may make accounts there takes its rights. ``default`` is in
every namespace. An account of another tenant than the binding's is a stranger whether it is there or not, and
``forbid-foreign-subjects`` tells so. A binding that names nobody is passed over.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from generator.access import Binding, Subject
from generator.rules.parameters import Word
from generator.rules.scene import Hit, Scene, called, name_of, namespace_of, written


def _roles(scene: Scene) -> Iterator[Hit]:
    """Yield bindings to nothing; a ClusterRole may be one that an operator brings along, as no manifest says."""
    for binding in scene.access.dangling:
        if binding.subjects:
            who = ", ".join(map(str, binding.subjects))
            message = f"{called(binding)} gives {who} a role that is not in these manifests"
            yield replace(_hit(binding, message), confidence="likely" if not binding.role.namespace else "certain")


def _accounts(scene: Scene) -> Iterator[Hit]:
    spaces = {name for name, _ in scene.namespaces}
    declared = {(namespace_of(item), name_of(item)) for item in scene.of_kind("", "ServiceAccount")}
    for binding in scene.bindings:
        for subject in binding.subjects:
            if subject.namespace not in spaces or (subject.namespace, subject.name) in declared:
                continue
            if subject.name != "default" and not _is_foreign(scene, binding, subject):
                message = f"{called(binding)} names {subject}, which namespace {subject.namespace} does not declare"
                yield _hit(binding, message, written(subject))


def _is_foreign(scene: Scene, binding: Binding, subject: Subject) -> bool:
    tenant = scene.tenants.get(binding.namespace)
    return tenant is not None and scene.tenants.get(subject.namespace, tenant) != tenant


def _hit(binding: Binding, message: str, subject: str = "") -> Hit:
    where = f"{binding.namespace}/" if binding.namespace else ""
    return Hit(
        message,
        binding.origin,
        namespace=binding.namespace,
        kind=binding.kind,
        name=binding.name,
        subject=subject,
        chain=(f"{binding.kind} {where}{binding.name} ({binding.origin})",),
    )


_CASES: Mapping[str, Callable[[Scene], Iterator[Hit]]] = {"role": _roles, "account": _accounts}

PARAMETERS = {"case": Word(tuple(_CASES))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding that is about what is not there."""
    return _CASES[parameters["case"]](scene)
