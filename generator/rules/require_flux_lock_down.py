"""The controllers of Flux are started so that tenants cannot reach beyond their namespaces.

Each takes ``--no-cross-namespace-refs=true``; kustomize-controller ``--no-remote-bases=true`` besides, and both that
apply something ``--default-service-account``, without which what names no account is applied as cluster-admin. None
takes ``--insecure-kubeconfig-exec`` or ``--insecure-kubeconfig-tls``. Where there is a default account, the
Kustomization of Flux itself names another, or it could apply nothing. A FluxInstance of the Flux Operator says
``multitenant: true``.

It is asked where the Deployments are among the manifests, with the patches of the kustomization.yaml beside them. One
installation of which a patch cannot be read is passed over.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.controllers import Installation, installations, value_of
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, inside
from generator.rules.syncs import OPERATOR, hit, text

PARAMETERS: Mapping[str, Parameter] = {}

_REFERENCES = "--no-cross-namespace-refs"
_ACCOUNT = "--default-service-account"
_NEEDED = {
    "kustomize-controller": (_REFERENCES, "--no-remote-bases", _ACCOUNT),
    "helm-controller": (_REFERENCES, _ACCOUNT),
    "notification-controller": (_REFERENCES,),
    "image-reflector-controller": (_REFERENCES,),
    "image-automation-controller": (_REFERENCES,),
}
_INSECURE = ("--insecure-kubeconfig-exec", "--insecure-kubeconfig-tls")
_OFF = ("", "false", "0", "f")


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each controller with the flags that it lacks, or should not have."""
    for one in installations(scene):
        if one.whole:
            yield from _flags(one)
            yield from _own_account(one)
    for item in scene.of_kind(OPERATOR, "FluxInstance"):
        if inside(item.body, "spec", "cluster").get("multitenant") is not True:
            yield hit(item, "does not lock tenants down (spec.cluster.multitenant)")


def _flags(one: Installation) -> Iterator[Hit]:
    for name, item in one.deployments.items():
        flags = one.flags[name]
        lacking = [flag for flag in _NEEDED.get(name, ()) if value_of(flags, flag) in _OFF]
        if lacking:
            named = [f"{flag}=default" if flag == _ACCOUNT else f"{flag}=true" for flag in lacking]
            yield hit(item, f"is started without {', '.join(named)}")
        insecure = [flag for flag in _INSECURE if value_of(flags, flag) not in _OFF]
        if insecure:
            yield hit(
                item, f"is started with {', '.join(insecure)}, by which a tenant's kubeconfig runs commands in it"
            )


def _own_account(one: Installation) -> Iterator[Hit]:
    if value_of(one.flags.get("kustomize-controller", frozenset()), _ACCOUNT) in _OFF or one.patched:
        return
    for item in one.syncs:
        if not text(item, "spec", "serviceAccountName"):
            yield hit(item, "names no account, so that it applies Flux itself as one that may do nothing")
