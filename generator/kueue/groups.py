"""What Kueue refuses in the resource groups of a ClusterQueue or a Cohort.

A flavor lists exactly what its group covers, in that order; a resource and a flavor are in one group only, since a job
gets all resources of a group from one flavor (``validateResourceGroups``).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.kubernetes import quantity
from generator.kubernetes.quantity import QuantityError
from generator.kueue.quotas import amount, listed
from generator.problems import Route

Reason = tuple[Route, str]

_MOST_IN_ALL = 256
_MOST_IN_A_GROUP = 512
_LIMITS = ("borrowingLimit", "lendingLimit")


def problems(spec: Mapping[str, Any], parent: str, *, lends_more: bool) -> Iterator[Reason]:
    """Yield what is wrong with the groups of a ``spec``, by its route below that.

    *parent* names the field that must be set for limits on borrowing and lending; *lends_more* says that a limit on
    lending may be more than the nominal quota, as that of a Cohort may, which lends its members' too.
    """
    groups = list(listed(spec, "resourceGroups"))
    yield from _totals(groups)
    resources: set[str] = set()
    flavors: set[str] = set()
    for index, group in enumerate(groups):
        route: Route = ("resourceGroups", index)
        covered = _texts(group.get("coveredResources"))
        yield from _doubled(covered, resources, (*route, "coveredResources"), "resource")
        names = [str(one.get("name")) for one in listed(group, "flavors")]
        yield from _doubled(names, flavors, (*route, "flavors"), "flavor")
        for at, flavor in enumerate(listed(group, "flavors")):
            here: Route = (*route, "flavors", at)
            yield from _exactness(flavor, covered, here)
            for number, quota in enumerate(listed(flavor, "resources")):
                below: Route = (*here, "resources", number)
                yield from _amounts(quota, below)
                yield from _limits(quota, below, "" if spec.get(parent) else parent, lends_more=lends_more)


def _totals(groups: Sequence[Mapping[str, Any]]) -> Iterator[Reason]:
    for what, count in (
        ("flavors", sum(len(list(listed(one, "flavors"))) for one in groups)),
        ("covered resources", sum(len(_texts(one.get("coveredResources"))) for one in groups)),
    ):
        if count > _MOST_IN_ALL:
            yield ("resourceGroups",), f"there are {count} {what} in all groups; there may be {_MOST_IN_ALL}"
    for index, group in enumerate(groups):
        count = sum(len(list(listed(flavor, "resources"))) for flavor in listed(group, "flavors"))
        if count > _MOST_IN_A_GROUP:
            message = f"flavors and resources make {count} quotas; a group may have {_MOST_IN_A_GROUP}"
            yield ("resourceGroups", index, "flavors"), message


def _doubled(names: Sequence[str], seen: set[str], route: Route, what: str) -> Iterator[Reason]:
    for index, name in enumerate(names):
        if name in seen:
            yield (*route, index), f"{what} {name!r} is there twice; a {what} is in one group, once"
        seen.add(name)


def _exactness(flavor: Mapping[str, Any], covered: Sequence[str], route: Route) -> Iterator[Reason]:
    found = [str(one.get("name")) for one in listed(flavor, "resources")]
    if found != list(covered):
        message = (
            f"flavor {flavor.get('name')!r} has quotas of {_joined(found)}, and the group covers {_joined(covered)}; "
            "write these, in this order"
        )
        yield (*route, "resources"), message


def _amounts(quota: Mapping[str, Any], route: Route) -> Iterator[Reason]:
    for field in ("nominalQuota", *_LIMITS):
        try:
            negative = field in quota and quantity.parse(quota[field]) < quantity.ZERO
        except QuantityError as error:
            yield (*route, field), str(error)
            continue
        if negative:
            yield (*route, field), f"{quota[field]!r} is negative; write 0 or more"


def _limits(quota: Mapping[str, Any], route: Route, missing: str, *, lends_more: bool) -> Iterator[Reason]:
    nominal, lend = amount(quota.get("nominalQuota")), amount(quota.get("lendingLimit"))
    for field in _LIMITS:
        if missing and quota.get(field) is not None:
            yield (*route, field), f"without {missing} there is nobody to borrow from or lend to; drop the limit"
    if nominal is not None and lend is not None and lend > nominal and not lends_more:
        yield (*route, "lendingLimit"), f"{lend} is more than the nominal quota; write {nominal} or less"


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else []


def _joined(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"
