"""Say what the API server makes of a ResourceQuota: which keys of ``spec.hard`` it stores, and which it ever counts.

The two differ, and nobody is told: the API server stores any key with a slash, and a quota on ``count/jobs`` or
``nvidia.com/gpu`` then limits nothing. Stored is what its validation lets pass; counted is what one of its evaluators
claims (of pods, of claims for volumes and devices, of services, and one that counts objects). Sources:
``pkg/apis/core/validation`` and ``pkg/quota/v1/evaluator/core`` of Kubernetes 1.36, ``tests/oracles/quota-keys.jsonl``.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from generator.kubernetes import names, objectcounts
from generator.kubernetes.quantity import Quantity, QuantityError, Style, parse
from generator.problems import Place, Problem, instead, nearest

#: What a pod uses that a quota under a scope of pods may name.
_SCOPED_COMPUTE = frozenset({"cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"})
_COMPUTE = _SCOPED_COMPUTE | {"ephemeral-storage", "requests.ephemeral-storage", "limits.ephemeral-storage"}
_CLAIMS = frozenset({"persistentvolumeclaims", "requests.storage"})
_COUNTS = frozenset({
    "configmaps", "persistentvolumeclaims", "pods", "replicationcontrollers", "resourcequotas", "secrets", "services",
    "services.loadbalancers", "services.nodeports",
})  # fmt: skip

#: Those that count what ``count/<plural>`` counts as well.
_ALIASED = _COUNTS - {"pods", "services.loadbalancers", "services.nodeports"}

#: The keys without a slash that the API server stores, besides ``hugepages-<size>`` and ``requests.hugepages-<size>``.
STANDARD_KEYS = _COMPUTE | _CLAIMS | _COUNTS

_ON_PODS = _SCOPED_COMPUTE | {"pods"}
#: For each scope, the keys without a slash that it may be combined with.
SCOPES: Mapping[str, frozenset[str]] = {
    "Terminating": _ON_PODS,
    "NotTerminating": _ON_PODS,
    "BestEffort": frozenset({"pods"}),
    "NotBestEffort": _ON_PODS,
    "PriorityClass": _ON_PODS,
    "CrossNamespacePodAffinity": _ON_PODS,
    "VolumeAttributesClass": _CLAIMS,
}
#: Scopes with values; of the others the API server takes the operator Exists alone.
_VALUED = frozenset({"PriorityClass", "VolumeAttributesClass"})
#: Operators that come with values; the others come without.
_WITH_VALUES = frozenset({"In", "NotIn"})
OPERATORS = ("DoesNotExist", "Exists", "In", "NotIn")
_OPPOSITES = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))

#: Extended resources that device plugins are known to advertise.
DEVICES = frozenset({
    "aliyun.com/gpu-mem", "amd.com/gpu", "aws.amazon.com/neuron", "aws.amazon.com/neuroncore",
    "aws.amazon.com/neurondevice", "devices.kubevirt.io/kvm", "google.com/tpu", "gpu.intel.com/i915",
    "gpu.intel.com/xe", "habana.ai/gaudi", "huawei.com/Ascend910", "nvidia.com/gpu", "nvidia.com/gpu.shared",
    "nvidia.com/gpucores", "nvidia.com/gpumem", "rdma/hca", "smarter-devices/fuse", "vpc.amazonaws.com/efa",
})  # fmt: skip

#: What may follow each suffix of a class's name; the first is what people mean by anything else.
_BY_CLASS = {
    ".storageclass.storage.k8s.io/": ("requests.storage", "persistentvolumeclaims"),
    ".deviceclass.resource.k8s.io/": ("devices",),
}
_BY_DEVICE_CLASS = "requests.deviceclass.resource.kubernetes.io/"
#: How alike two keys are when one is a slip of the pen for the other: a letter or two.
_A_SLIP = 0.92
_LONGEST_NAME = 63
_INT64_MAX = 2**63 - 1
_KIBI_MILLI = 1024 * 1000
#: A decimal number of at most so many digits is kept in an int64 by Go's Quantity.
_INT64_DIGITS = 18


class Verdict(Struct, frozen=True):
    """Whether the API server stores a key, and whether the key then ever limits anything.

    ``reason`` reads on after the key and names the right one; it is empty if and only if the key is enforced.
    """

    key: str
    accepted: bool
    enforced: bool
    reason: str = ""

    @property
    def message(self) -> str:
        """The reason as a sentence of its own; empty if the key is enforced."""
        return self.reason and f"{self.key!r} {self.reason}"


def check_key(key: str, scopes: Iterable[str] = ()) -> Verdict:
    """Judge one key of ``spec.hard`` in a quota that has these scopes, be they from ``scopes`` or ``scopeSelector``.

    What is neither known nor malformed gets the benefit of the doubt: clusters define their own kinds and devices.
    """
    return _check_key(key, frozenset(scopes))


def check_scopes(scopes: Iterable[str]) -> str | None:
    """Say why the API server refuses a quota with these scopes, whatever its keys; ``None`` if it does not."""
    given = sorted(set(scopes))
    for scope in given:
        if scope not in SCOPES:
            return f"{scope!r} is not a scope of quotas; {instead(scope, SCOPES)}"
    for one, other in _OPPOSITES:
        if one in given and other in given:
            return f"no pod is in both scopes {one!r} and {other!r}; write two quotas"
    return None


def check_selection(scope: str, operator: object, values: Sequence[object]) -> str | None:
    """Say why the API server refuses a quota that selects a scope so; ``None`` if it does not."""
    if scope not in _VALUED and operator != "Exists":
        return f"scope {scope!r} has no values, so that {operator!r} cannot be asked of it; write Exists"
    if operator not in OPERATORS:
        return f"{operator!r} is not an operator of scopes; {instead(str(operator), OPERATORS)}"
    if operator in _WITH_VALUES and not values:
        return f"operator {operator!r} asks for values, and there are none; write values, or Exists"
    if operator not in _WITH_VALUES and values:
        return f"operator {operator!r} takes no values; drop them, or write In"
    return None


def check_value(key: str, quantity: Quantity) -> str | None:
    """Say why a quota's value is refused (`refused_value`) or can do nothing sensible; ``None`` if it is fine."""
    if refusal := refused_value(key, quantity):
        return refusal
    if key.startswith("requests.") and "/" in key and not quantity.whole:
        whole = quantity.milli // 1000
        return f"'{quantity}' of {key!r} would be stored, but devices are whole; write {whole} or {whole + 1}"
    if key.endswith(("memory", "storage")) and quantity.milli < _KIBI_MILLI and not quantity.whole:
        return f"'{quantity}' of {key!r} is a fraction of a byte; write {quantity.milli}Mi or another whole amount"
    return None


def check_amounts(given: Mapping[str, Quantity], place: Place) -> Iterator[Problem]:
    """Find amounts that nobody can have, of a quota's keys or of resources as nodes, limits and queues name them.

    Whoever reads amounts of a file asks this, for half a device is a slip wherever it is written.
    """
    for name, amount in given.items():
        if reason := check_value(name, amount):
            yield Problem(place / name, reason)


def refused_value(key: str, quantity: Quantity) -> str | None:
    """Say why the API server refuses this value for an accepted *key*; ``None`` if it stores it.

    Counts must be whole. The test for that multiplies by 1000 in an int64. What overflows there is refused as no
    integer if Go keeps it as a big number (binary suffixes of this size, more than 18 digits), and passes otherwise.
    """
    if quantity.milli < 0:
        return f"'{quantity}' is negative; write 0 or more"
    if key not in _COUNTS and not is_extended(key):
        return None
    if not quantity.whole:
        whole = quantity.milli // 1000
        return f"'{quantity}' is not whole, and {key!r} counts whole things; write {whole} or {whole + 1}"
    if quantity.milli <= _INT64_MAX or not _kept_big(quantity):
        return None
    decimal = quantity.styled(Style.DECIMAL)
    right = "a smaller amount" if _kept_big(decimal) else decimal
    return f"'{quantity}' of {key!r} overflows the API server's test for whole numbers; write {right}"


@lru_cache(maxsize=4096)
def forced(key: str) -> tuple[str, str] | None:
    """Return what each container must set while a quota has *key*, as the field and resource of a LimitRange default.

    That is ``('default', 'cpu')`` for ``limits.cpu``, ``('defaultRequest', 'memory')`` for ``memory``; ``None`` for a
    key that forces nothing. The API server insists on cpu and memory only; a pod that is silent on ephemeral-storage
    is let in and escapes the quota on it.
    """
    if key not in _COMPUTE:
        return None
    kind, _, resource = key.rpartition(".")
    return ("default" if kind == "limits" else "defaultRequest"), resource


def misspelt(key: str, known: Collection[str]) -> str | None:
    """Return the one of the *known* keys of devices that *key* is a slip of the pen away from; ``None`` if none is."""
    if not key.startswith("requests.") or "/" not in key or key in known or key.removeprefix("requests.") in DEVICES:
        return None
    from difflib import get_close_matches  # only a device that nobody knows pays for its import

    close = get_close_matches(key, sorted(known), n=1, cutoff=_A_SLIP)
    return close[0] if close else None


@lru_cache(maxsize=4096)
def is_extended(name: str) -> bool:
    """Whether *name* is a resource that a device plugin or an administrator defines, such as ``nvidia.com/gpu``."""
    if "/" not in name or "kubernetes.io/" in name or name.startswith("requests."):
        return False
    return names.label_key("requests." + name) is None


@lru_cache(maxsize=4096)
def measure(key: str) -> str:
    """Return the key by which what *key* caps is known: ``cpu`` and ``requests.cpu`` cap the same.

    ``pods`` and ``count/pods`` do not: the former passes over pods that have ended.
    """
    if key in ("cpu", "memory", "ephemeral-storage") or key.startswith("hugepages-"):
        return f"requests.{key}"
    plural = key.removeprefix(objectcounts.PREFIX)
    return plural if plural != key and plural in _ALIASED else key


def capacity(key: str) -> str:
    """Return the resource of nodes that a quota's key is a part of: ``cpu`` of ``requests.cpu``; itself for others."""
    return measure(key).removeprefix("requests.")


@lru_cache(maxsize=65_536)
def _check_key(key: str, scopes: frozenset[str]) -> Verdict:
    if refusal := _refused(key) or check_scopes(scopes) or _refused_under(key, scopes):
        return Verdict(key, accepted=False, enforced=False, reason=refusal)
    if idle := _idle(key) or _idle_under(key, scopes):
        return Verdict(key, accepted=True, enforced=False, reason=idle)
    return Verdict(key, accepted=True, enforced=True)


def _refused(key: str) -> str | None:
    if names.label_key(key):
        name = key.rpartition("/")[2]
        long = f"; its name has {len(name)}" if len(name) > _LONGEST_NAME else ""
        return f"is not a key of quotas ({names.LABEL_KEY.allows}){long}"
    if "/" in key or key in STANDARD_KEYS or _page_size(key) is not None:
        return None
    return f"is not a key of quotas; {_right_key(key)}"


def _refused_under(key: str, scopes: frozenset[str]) -> str | None:
    for scope in sorted(scopes):
        if "/" not in key and key not in SCOPES[scope]:
            allowed = ", ".join(sorted(SCOPES[scope]))
            return f"may not be in a quota with scope {scope!r}, which takes {allowed}; write it in another quota"
    return None


def _idle(key: str) -> str | None:
    """Say why an accepted key never limits anything; ``None`` if some evaluator may count it."""
    size = _page_size(key)
    if size is not None:
        return _idle_pages(key.removesuffix(size), size)
    if key.startswith(objectcounts.PREFIX):
        return objectcounts.idle(key.removeprefix(objectcounts.PREFIX))
    for suffix, measures in _BY_CLASS.items():
        name, found, measure = key.partition(suffix)
        if found:
            return None if measure in measures else f"is never counted; write {name}{suffix}{measures[0]}"
    return _idle_resource(key) if "/" in key else None


def _idle_under(key: str, scopes: Collection[str]) -> str | None:
    """Say why a scope keeps a key with a slash from being counted: what is not in its scope is passed over."""
    of_claims = key.endswith("persistentvolumeclaims") or ".storageclass." in key
    of_pods = key == "count/pods" or (key.startswith("requests.") and not of_claims)
    for scope in sorted(scopes):
        if "/" in key and not (of_claims if scope == "VolumeAttributesClass" else of_pods):
            return f"is never counted in a quota with scope {scope!r}; write it in a quota without scopes"
    return None


def _idle_pages(prefix: str, size: str) -> str | None:
    """Say that nodes name huge pages of *size* otherwise: by the canonical text of a binary quantity."""
    try:
        pages = parse(size)
    except QuantityError:
        return f"is never counted: {size!r} is not a page size; write {prefix}2Mi or {prefix}1Gi"
    right = str(pages.styled(Style.BINARY)) if pages.style is Style.BINARY else f"{parse(size).milli // 10**9}Mi"
    return None if right == size else f"is never counted: nodes name these pages otherwise; write {prefix}{right}"


def _idle_resource(key: str) -> str | None:
    domain, _, name = key.rpartition("/")
    if objectcounts.is_known(name, domain):
        return f"is never counted; write {objectcounts.key(name, domain)}"
    if f"{domain}.{name}" in STANDARD_KEYS:
        return f"is never counted; write {domain}.{name}"
    if "kubernetes.io/" in key and not key.startswith(_BY_DEVICE_CLASS):
        return "is never counted: quotas measure no resource of kubernetes.io by that name; leave it out"
    return None if key.startswith(_BY_DEVICE_CLASS) else _idle_device(key)


def _idle_device(key: str) -> str | None:
    """Say that devices are counted by their requests, and by their exact name.

    One scheduler, HAMi's, reads ``limits.nvidia.com/gpu`` itself; the API server does not.
    """
    kind, _, device = key.partition(".")
    if kind == "requests":
        right = _known_device(device)
        return f"only ever counts 0: no such device is known; did you mean requests.{right}?" if right else None
    if kind == "limits":
        return (
            f"is never counted: a device's limit equals its request; write requests.{_known_device(device) or device}"
        )
    return f"is never counted: quotas count requests for devices; write requests.{_known_device(key) or key}"


def _known_device(name: str) -> str | None:
    """Return the known device that *name* misspells in case, number or domain; ``None`` if it is known, or new."""
    if name in DEVICES:
        return None
    domain, _, last = name.partition("/")
    domains = {device.partition("/")[0] for device in DEVICES}
    domain = domain if domain in domains else nearest(domain, domains) or domain
    by_lower = {device.lower(): device for device in sorted(DEVICES)}
    return by_lower.get(f"{domain}/{last}".lower()) or by_lower.get(f"{domain}/{last.removesuffix('s')}".lower())


def _right_key(key: str) -> str:
    """Say what to write for a key without a slash that quotas do not have."""
    kind, _, resource = key.rpartition(".")
    devices = [device for device in sorted(DEVICES) if device.startswith(key.removeprefix("requests.") + "/")]
    if resource.lower() in {"gpu", "gpus"} or devices:
        return f"write requests.{devices[0] if devices else 'nvidia.com/gpu'}, or the name that your devices have"
    if key.lower() in objectcounts.CLUSTER_SCOPED:
        return f"{key.lower()} are in no namespace, so no quota counts them"
    if resource == "storage" or (resource.startswith("hugepages-") and kind):
        return f"write requests.{resource}"
    return _nearest_key(key, resource)


def _nearest_key(key: str, resource: str) -> str:
    if resource in _COUNTS:
        return f"write {resource}"
    if resource in objectcounts.GROUPS:
        return f"write {objectcounts.key(resource)}"
    if near := nearest(key, STANDARD_KEYS):
        return f"did you mean {near}?"
    if near := nearest(key, objectcounts.GROUPS):
        return f"did you mean {objectcounts.key(near)}?"
    return "write a standard key such as requests.cpu, count/<plural>.<group>, or requests.<domain>/<device>"


def _page_size(key: str) -> str | None:
    """Return ``2Mi`` of ``hugepages-2Mi`` and ``requests.hugepages-2Mi``; ``None`` for any other key."""
    name = key.removeprefix("requests.")
    return name.removeprefix("hugepages-") if name.startswith("hugepages-") and "/" not in name else None


def _kept_big(quantity: Quantity) -> bool:
    return quantity.style is Style.BINARY or sum(map(str.isdigit, str(quantity))) > _INT64_DIGITS
