"""What quotas count of objects that are not pods: themselves, ports and load balancers, volumes and their size."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from generator.admission.amounts import Amounts, items, mapping
from generator.admission.quota import Counted, Selector, selects
from generator.kubernetes.objectcounts import PREFIX
from generator.kubernetes.quantity import ZERO, Quantity, parse

_ONE = parse(1)
#: Keys that count objects of the core group under an older name (``legacyObjectCountAliases``).
_OLDER_NAMES = frozenset({"configmaps", "replicationcontrollers", "resourcequotas", "secrets"})
_OF_SERVICES = frozenset({"count/services", "services", "services.nodeports", "services.loadbalancers"})
_OF_CLAIMS = frozenset({"count/persistentvolumeclaims", "persistentvolumeclaims", "requests.storage"})
_BY_CLASS = ".storageclass.storage.k8s.io/"
_CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"


def of_objects(plural: str, group: str) -> Counted:
    """Return what quotas count of any object that they just count; such objects are in no scope."""
    key = f"{PREFIX}{plural}.{group}" if group else PREFIX + plural
    keys = {key, plural} if not group and plural in _OLDER_NAMES else {key}
    return Counted(plural, dict.fromkeys(keys, _ONE), keys.__contains__, _in_none)


def of_service(body: Mapping[str, Any]) -> Counted:
    """Return what quotas count of a Service.

    Each port of a type that takes node ports counts as one; a load balancer may do without, and then only ports that
    name theirs do.
    """
    spec = mapping(body.get("spec"))
    kind, ports = spec.get("type"), items(spec.get("ports"))
    is_balanced = kind == "LoadBalancer"
    if is_balanced and spec.get("allocateLoadBalancerNodePorts") is False:
        ports = [port for port in ports if mapping(port).get("nodePort")]
    usage = {"count/services": _ONE, "services": _ONE}
    if kind in {"NodePort", "LoadBalancer"}:
        usage["services.nodeports"] = parse(len(ports))
    if is_balanced:
        usage["services.loadbalancers"] = _ONE
    return Counted("Service", usage, _OF_SERVICES.__contains__, _in_none)


def of_claim(body: Mapping[str, Any], requests: Amounts) -> Counted:
    """Return what quotas count of a claim for a volume with these *requests*, sizes in whole bytes.

    Only a class that the claim names is counted; the default class is the cluster's to know.
    """
    spec = mapping(body.get("spec"))
    annotations = mapping(mapping(body.get("metadata")).get("annotations"))
    name = str(annotations.get(_CLASS_ANNOTATION, spec.get("storageClassName")) or "")
    usage = {"count/persistentvolumeclaims": _ONE, "persistentvolumeclaims": _ONE}
    if size := requests.get("storage", ZERO):
        usage["requests.storage"] = size if size.whole else Quantity(-(-size.milli // 1000) * 1000, size.style)
    if name:
        by_class = {key: usage[key] for key in ("persistentvolumeclaims", "requests.storage") if key in usage}
        usage |= {f"{name}{_BY_CLASS}{key}": amount for key, amount in by_class.items()}
    attributes = str(spec.get("volumeAttributesClassName") or "")
    return Counted("PersistentVolumeClaim", usage, _is_of_claims, partial(_is_in, attributes))


def _is_of_claims(key: str) -> bool:
    measure = key.partition(_BY_CLASS)[2]
    return key in _OF_CLAIMS or measure in {"persistentvolumeclaims", "requests.storage"}


def _is_in(attributes: str, selector: Selector) -> bool:
    return selector.scope == "VolumeAttributesClass" and selects(selector, attributes)


def _in_none(_: Selector) -> bool:
    return False
