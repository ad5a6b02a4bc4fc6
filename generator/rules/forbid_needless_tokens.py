"""No workload has the token of a service account mounted that may do nothing.

A token is mounted unless the pod or its account says otherwise; the pod's word counts first. An account needs its token
if it is bound to anything, by its name or by the group of all accounts of its namespace, or of all accounts. What the
cloud makes of an account needs no token of Kubernetes': its webhooks mount their own. An account ``default`` that does
not opt out is told where its namespace is declared, and not again for each workload that says nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access import Subject, group, implicit_groups, service_account
from generator.access.subject import AUTHENTICATED
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, name_of, namespace_of
from generator.rules.workloads import workloads

PARAMETERS: Mapping[str, Parameter] = {}

_FIELD = "automountServiceAccountToken"


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each workload whose pods carry a token that opens nothing."""
    bound: frozenset[Subject] | None = None
    for item, pod in workloads(scene):
        namespace, name = namespace_of(item), name_of(item)
        account = pod.get("serviceAccountName") or pod.get("serviceAccount") or "default"
        if not pod or not isinstance(account, str) or not _is_mounted(scene, namespace, account, pod.get(_FIELD)):
            continue
        if bound is None:
            bound = frozenset(subject for binding in scene.bindings for subject in binding.subjects)
        subject = service_account(namespace, account)
        groups = {group(one) for one in implicit_groups(subject) if one != AUTHENTICATED}
        if bound.isdisjoint({subject, *groups}):
            message = f"{item.kind} {name} mounts a token of the service account {account}, which may do nothing"
            yield Hit(message, item.origin, namespace=namespace, kind=item.kind, name=name)


def _is_mounted(scene: Scene, namespace: str, account: str, said: object) -> bool:
    if isinstance(said, bool):
        return said
    declared = [item for item in scene.within(namespace, "", "ServiceAccount") if name_of(item) == account]
    if any(item.body.get(_FIELD) is False for item in declared):
        return False
    return account != "default" or not scene.declares(namespace)
