"""No object of Flux has one of ``settings``, each of which one object shows by itself.

``no-account``: a Kustomization or HelmRelease in a tenant's namespace names no service account, so that its controller
applies what the tenant writes with its own rights, which are cluster-admin's. ``foreign-namespace``: a reference leads
to another namespace, whose credentials it uses. ``remote-cluster``: one in a tenant's namespace has a ``kubeConfig``.
``no-prune``: what is taken out of git stays. ``removed-api``: a version that newer Flux does not serve. ``force``:
what cannot be changed is deleted and made anew. ``unverified``: a GitRepository or OCIRepository checks no signature.
``suspended``: a Kustomization that should delete what it applied is suspended, and then deletes nothing
(``finalizerShouldDeleteResources`` in kustomize-controller).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside
from generator.rules.syncs import (
    HELM,
    KUSTOMIZE,
    SOURCE,
    appliers,
    hit,
    is_orphaning,
    is_tenants,
    is_whole,
    mappings,
    text,
)

_IMAGE = "image.toolkit.fluxcd.io"
_NOTIFICATION = "notification.toolkit.fluxcd.io"

#: The versions that are gone or will be, and the one that took their place.
_REMOVED: Mapping[str, tuple[frozenset[str], str]] = {
    KUSTOMIZE: (frozenset({"v1alpha1", "v1beta1", "v1beta2"}), "v1"),
    HELM: (frozenset({"v2alpha1", "v2beta1", "v2beta2"}), "v2"),
    SOURCE: (frozenset({"v1alpha1", "v1beta1", "v1beta2"}), "v1"),
    _IMAGE: (frozenset({"v1alpha1", "v1alpha2", "v1beta1", "v1beta2"}), "v1"),
    _NOTIFICATION: (frozenset({"v1beta1", "v1beta2"}), "v1 for a Receiver, v1beta3 for others"),
}

#: Where an object names another that may lie in another namespace.
_REFERENCES: Mapping[tuple[str, str], tuple[tuple[str, ...], ...]] = {
    (KUSTOMIZE, "Kustomization"): (("spec", "sourceRef"),),
    (HELM, "HelmRelease"): (("spec", "chart", "spec", "sourceRef"), ("spec", "chartRef")),
    (_IMAGE, "ImagePolicy"): (("spec", "imageRepositoryRef"),),
    (_IMAGE, "ImageUpdateAutomation"): (("spec", "sourceRef"),),
}
#: Where it names several.
_LISTS = {(_NOTIFICATION, "Receiver"): ("spec", "resources"), (_NOTIFICATION, "Alert"): ("spec", "eventSources")}

_CONTROLLERS = {"Kustomization": "kustomize-controller", "HelmRelease": "helm-controller"}


def _without_account(scene: Scene) -> Iterator[Hit]:
    for item in appliers(scene):
        if is_tenants(scene, item.namespace) and not text(item, "spec", "serviceAccountName"):
            yield hit(
                item, f"names no service account, so that {_CONTROLLERS[item.kind]} applies it with its own rights"
            )


def _with_foreign_source(scene: Scene) -> Iterator[Hit]:
    for (group, kind), routes in _REFERENCES.items():
        for item in scene.of_kind(group, kind):
            yield from _foreign(item, [inside(item.body, *route) for route in routes])
    for (group, kind), route in _LISTS.items():
        for item in scene.of_kind(group, kind):
            yield from _foreign(item, [*mappings(item.body, *route)])


def _foreign(item: Item, references: list[Mapping[str, Any]]) -> Iterator[Hit]:
    """Tell of references that lead elsewhere. What is put into a namespace later may be put into that one."""
    for one in references:
        where = one.get("namespace")
        if item.namespace and isinstance(where, str) and where not in ("", item.namespace):
            yield hit(item, f"uses {one.get('kind', 'ImageRepository')} {one.get('name')} of namespace {where}")


def _with_kube_config(scene: Scene) -> Iterator[Hit]:
    for item in appliers(scene):
        if is_tenants(scene, item.namespace) and inside(item.body, "spec").get("kubeConfig") is not None:
            yield hit(item, "applies to a cluster of its own choice, by its kubeConfig")


def _without_prune(scene: Scene) -> Iterator[Hit]:
    for item in scene.of_kind(KUSTOMIZE, "Kustomization"):
        if is_whole(item) and inside(item.body, "spec").get("prune") is not True:
            yield hit(item, "does not prune, so that what is taken out of git stays in the cluster")


def _of_removed_api(scene: Scene) -> Iterator[Hit]:
    for item in scene.everything:
        group, _, version = item.api_version.rpartition("/")
        versions, instead = _REMOVED.get(group, ((), ""))
        if version in versions:
            yield hit(item, f"is written in {item.api_version}, which newer Flux does not serve; write {instead}")


def _with_force(scene: Scene) -> Iterator[Hit]:
    for item in scene.of_kind(KUSTOMIZE, "Kustomization"):
        if inside(item.body, "spec").get("force") is True:
            yield hit(item, "deletes and makes anew whatever cannot be changed in place (force)")
    for item in scene.of_kind(HELM, "HelmRelease"):
        if inside(item.body, "spec", "upgrade").get("force") is True:
            yield hit(item, "replaces what it upgrades (upgrade.force)")


def _unverified(scene: Scene) -> Iterator[Hit]:
    for kind in ("GitRepository", "OCIRepository"):
        for item in scene.of_kind(SOURCE, kind):
            if is_whole(item) and not inside(item.body, "spec", "verify"):
                yield hit(item, "checks no signature, so that whoever can write to it decides what is applied")


def _suspended(scene: Scene) -> Iterator[Hit]:
    for item in scene.of_kind(KUSTOMIZE, "Kustomization"):
        if is_orphaning(item):
            yield hit(item, "is suspended: deleted now, it leaves all that it has applied, whatever it says of pruning")


_SETTINGS: Mapping[str, Callable[[Scene], Iterator[Hit]]] = {
    "no-account": _without_account,
    "foreign-namespace": _with_foreign_source,
    "remote-cluster": _with_kube_config,
    "no-prune": _without_prune,
    "removed-api": _of_removed_api,
    "force": _with_force,
    "unverified": _unverified,
    "suspended": _suspended,
}

PARAMETERS = {"settings": Words(tuple(_SETTINGS))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each object with each setting that it should not have."""
    for setting in parameters["settings"]:
        yield from _SETTINGS[setting](scene)
