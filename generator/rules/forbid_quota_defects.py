"""No quota has one of ``defects``: keys or amounts that the API server refuses, or takes and makes nothing of.

Keys: ``refused-key``; ``uncounted-key``, which is stored and counts nothing; of these ``bare-device`` for a device
without ``requests.``, and ``unknown-kind`` for ``count/`` with a kind that nobody serves, be it in no group of
Kubernetes or in none of the CustomResourceDefinitions among the manifests; ``scope-mismatch`` for what the scopes of
the quota refuse or never count, and for scopes that are selected as the API server refuses it. Amounts:
``refused-amount``, ``fraction`` of a device or a byte, and ``other-spelling`` than the one that Kubernetes writes. A
quota of HNC, OpenShift or Capsule has the same keys.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from generator.kubernetes import objectcounts, quotakeys
from generator.kubernetes.quantity import QuantityError, parse
from generator.rules.parameters import Words
from generator.rules.quotas import Quota, quotas
from generator.rules.scene import Hit, Scene, inside

PARAMETERS = {
    "defects": Words(
        (
            *("refused-key", "uncounted-key", "bare-device", "unknown-kind", "scope-mismatch"),
            *("refused-amount", "fraction", "other-spelling"),
        )
    )
}

#: What OpenShift's own API server counts.
_OPENSHIFT = "openshift.io/"
_CLASSES = (".storageclass.storage.k8s.io", ".deviceclass.resource.k8s.io")
_GROUP, _KIND = "apiextensions.k8s.io", "CustomResourceDefinition"


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each key of each quota that has one of the defects."""
    found = scene.answer(_found)
    for defect in parameters["defects"]:
        yield from found.get(defect, ())


def _found(scene: Scene) -> Mapping[str, list[Hit]]:
    """Return all that is wrong with quotas, by defect: nine policies ask about it."""
    hits: dict[str, list[Hit]] = defaultdict(list)
    for quota in scene.answer(quotas):
        scopes = quota.scopes
        hits["scope-mismatch"] += [_hit(quota, said) for said in _of_selection(quota)]
        for key, value in quota.hard.items():
            is_plain = value.__class__ in _PLAIN and key.__class__ is str
            flaws = _flaws(key, value, scopes) if is_plain else (("refused-amount", _no_amount(value)),)
            for defect, said in flaws:
                for told, confidence in _held_against(scene, str(key), defect, said):
                    hits[defect or "unknown-kind"].append(_hit(quota, f"{key!r} {told}", confidence))
    return hits


_PLAIN = frozenset({str, int, float})
#: The mark of a kind that we know nothing of, but the manifests may.
_ASK = ""


@lru_cache(maxsize=65_536, typed=True)
def _flaws(key: str, value: object, scopes: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Return what is wrong with one key and its amount, as defect and words that follow the key."""
    return (*_of_key(key, scopes), *_of_amount(key, value))


def _of_key(key: str, scopes: frozenset[str]) -> Iterator[tuple[str, str]]:
    if key.startswith(_OPENSHIFT):
        return
    alone = quotakeys.check_key(key)
    if alone.enforced and _is_strange(key):
        yield _ASK, ""
    if not alone.accepted:
        yield "refused-key", alone.reason
    elif not alone.enforced:
        yield _kind_of(key), alone.reason
    elif scopes and (refusal := quotakeys.check_scopes(scopes)):
        yield "scope-mismatch", f"is in a quota that the API server refuses: {refusal}"
    elif scopes and (scoped := quotakeys.check_key(key, scopes)).reason:
        yield "scope-mismatch", scoped.reason


def _of_selection(quota: Quota) -> Iterator[str]:
    """Yield what the API server refuses in the selector of a quota whose scopes are there."""
    if quota.selected and quotakeys.check_scopes(quota.scopes) is None:
        for one in quota.selected:
            values = one.get("values")
            given = values if isinstance(values, list) else ()
            if refusal := quotakeys.check_selection(str(one.get("scopeName", "")), one.get("operator"), given):
                yield f"the API server refuses the quota: {refusal}"


def _kind_of(key: str) -> str:
    if key.startswith(objectcounts.PREFIX):
        return "unknown-kind"
    return "bare-device" if _is_device(key.removeprefix("limits.")) else "uncounted-key"


def _is_device(key: str) -> bool:
    """Tell whether a key is the name of a device: with a domain, and neither a class nor a kind."""
    domain, _, name = key.rpartition("/")
    if key in quotakeys.DEVICES or objectcounts.is_known(name, domain):
        return key in quotakeys.DEVICES
    return quotakeys.is_extended(key) and "." in domain and not domain.endswith(_CLASSES)


def _of_amount(key: str, value: object) -> Iterator[tuple[str, str]]:
    try:
        amount = parse(value)
    except QuantityError:
        yield "refused-amount", _no_amount(value)
        return
    if refusal := quotakeys.refused_value(key, amount):
        yield "refused-amount", f"has an amount that the API server refuses: {refusal}"
    elif flaw := quotakeys.check_value(key, amount):
        yield "fraction", f"has an amount that nobody can use: {flaw}"
    elif isinstance(value, str) and str(amount) != value:
        yield "other-spelling", f"has {value!r}, which Kubernetes writes as {str(amount)!r}"


def _no_amount(value: object) -> str:
    try:
        parse(value)
    except QuantityError as error:
        return f"has no amount: {error}"
    return "is no text"


def _hit(quota: Quota, said: str, confidence: str = "certain") -> Hit:
    item = quota.item
    return Hit(
        f"{quota.called}: {said}",
        item.origin,
        namespace=item.namespace,
        kind=item.kind,
        name=item.name,
        confidence=confidence,
    )


# -- kinds that the manifests themselves define


def _is_strange(key: str) -> bool:
    """Tell whether a key counts objects of a kind that nobody knows without its definition."""
    plural, _, group = key.removeprefix(objectcounts.PREFIX).partition(".")
    return key.startswith(objectcounts.PREFIX) and bool(group) and not objectcounts.is_known(plural, group)


def _held_against(scene: Scene, key: str, defect: str, said: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a key, and how sure that is, by the definitions among the manifests."""
    counted = key.removeprefix(objectcounts.PREFIX)
    if defect == _ASK:
        for told in _by_definitions(scene, counted):
            yield told, "likely"
    elif defect != "unknown-kind" or counted not in scene.answer(_definitions):
        yield said, "certain"


def _by_definitions(scene: Scene, counted: str) -> Iterator[str]:
    plural, _, group = counted.partition(".")
    definitions = scene.answer(_definitions)
    if counted in definitions:
        if definitions[counted] == "Cluster":
            yield f"never counts anything: {plural} of {group} are in no namespace; leave it out"
    elif group in scene.answer(_groups):
        yield f"never counts anything: no definition of group {group} in these manifests has {plural!r}"


def _definitions(scene: Scene) -> Mapping[str, str]:
    """Return where the objects of each defined kind live, by the name of its definition."""
    return {item.name: str(inside(item.body, "spec").get("scope")) for item in scene.known(_GROUP, _KIND)}


def _groups(scene: Scene) -> frozenset[str]:
    return frozenset(name.partition(".")[2] for name in scene.answer(_definitions))
