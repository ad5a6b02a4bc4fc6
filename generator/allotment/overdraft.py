"""What is promised and is not there: each with the line of whoever promises, and of whoever is promised.

A problem has one place; the other is named in its message, by what *line_of* makes of a place.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from generator.allotment.forest import ONCE, Cap, Node
from generator.allotment.ledger import ByCluster, Ledger, Sums, consumed, named
from generator.kubernetes.quantity import Quantity, Style
from generator.kubernetes.quotakeys import capacity, measure
from generator.organisation.allowance import LEAST
from generator.problems import Place, Problem
from generator.spec.platform import Cluster

#: Writes a place into a message: ``tenants/research.yaml:14``.
LineOf = Callable[[Place], str]

#: So many of those who are promised something are named in a message.
_NAMED = 4
#: So many keys are named in a message.
_KEYS = 12
#: The largest factor that a file may name, in thousandths.
_MOST_TIMES = 999_999 * 1000


def check(ledger: Ledger, line_of: LineOf = str) -> Iterator[Problem]:
    """Find every tenant that is promised more than whoever promises it holds, or that leaves open how much."""
    for node in ledger.forest.nodes.values():
        above = node.holder
        if above is not None and above.mode not in LEAST:
            yield from _check_open(node, above, line_of)
        if node.pool is not None:
            yield from _check_clusters(node, node.pool, line_of)
        over = list(_check_sums(ledger, node, line_of)) if node.divides else []
        yield from over
        if not over and node.name in ledger.reach:
            yield from _check_reach(ledger, node, line_of)
    for cluster in ledger.forest.platform.clusters.values():
        yield from _check_capacity(ledger, cluster, line_of)


# -- partition


def _check_open(node: Node, above: Node, line_of: LineOf) -> Iterator[Problem]:
    """Ask that whoever has a part of a partitioned quota says how much of each key."""
    if node.hard:
        missing = [unit for unit in above.caps if unit not in node.hard]
        if missing:
            yield Problem(node.place(), _left_open(missing, above, line_of))
        return
    for (short, _), part in zip(node.entry.namespaces, node.parts, strict=True):
        if part is not None and (missing := [unit for unit in above.caps if unit not in map(measure, part)]):
            place = Place(node.entry.document, ("spec", "namespaces", str(short), "quota"))
            yield Problem(place, _left_open(missing, above, line_of))


def _left_open(missing: Sequence[str], above: Node, line_of: LineOf) -> str:
    keys = [above.caps[unit].key for unit in missing]
    shown = ", ".join(keys[:_KEYS]) + (f" and {len(keys) - _KEYS} more" if len(keys) > _KEYS else "")
    held = _line(above, missing[0], line_of)
    return (
        f"how much of {shown} is left open, and {above.name}, of whose quota this is a part, has a cap on it ({held}); "
        f"write {keys[0]}: 0, or the part that it gets"
    )


def _check_sums(ledger: Ledger, node: Node, line_of: LineOf) -> Iterator[Problem]:
    """Hold what children and namespaces are promised against what a tenant has to divide."""
    given = ledger.given[node.name]
    if node.mode in LEAST or not given:
        return
    own = named(node)
    if all(_fits(node, sums, own if cluster in node.clusters else {}) for cluster, sums in given.items()):
        return
    for unit, cap in node.caps.items():
        sums = {cluster: sums[unit] for cluster, sums in given.items() if unit in sums}
        cluster = max(sums, key=lambda name: sums[name], default=None)
        most = cap.amount.milli
        if cluster is None or own.get(unit, 0) > most:  # then the parts of namespaces alone are told already
            continue
        mine = own.get(unit, 0) if cluster in node.clusters else 0
        if sums[cluster] + mine > most:
            yield _over(ledger, node, unit, cluster, line_of)


def _fits(node: Node, given: Sums, own: Sums) -> bool:
    caps = node.caps
    return all(amount + own.get(unit, 0) <= caps[unit].amount.milli for unit, amount in given.items() if unit in caps)


def _over(ledger: Ledger, node: Node, unit: str, cluster: str, line_of: LineOf) -> Problem:
    """Tell a sum that is too much: at the one who has too much by itself, or at the one who promises it."""
    cap = node.caps[unit]
    claims = _claims(ledger, node, unit, cluster)
    where = f" on {cluster}" if len(ledger.forest.platform.clusters) > 1 else ""
    largest, amount = claims[0]
    if amount > cap.amount.milli:
        message = (
            f"{_shown(amount, _cap(largest, unit, cap))} of {cap.key} is more than {node.name} has to give{where} "
            f"({cap.amount}, {_line(node, unit, line_of)}); write {_at_most(cap.amount)}, or raise that"
        )
        return Problem(largest.place(_key(largest, unit)), message)
    own = named(node).get(unit, 0) if cluster in node.clusters else 0
    total = sum(amount for _, amount in claims) + own
    parts = [f"{_shown(own, cap)} (its own namespaces)"] if own else []
    parts += [_claim(one, amount, unit, cap, line_of) for one, amount in claims[:_NAMED]]
    parts += [f"{len(claims) - _NAMED} more"] if len(claims) > _NAMED else []
    message = (
        f"{node.name} has {cap.amount} of {cap.key}, and promises {_shown(total, cap)}{where}: {' + '.join(parts)}; "
        f"lower a part by {_shown(total - cap.amount.milli, cap)}, or raise the whole"
    )
    return Problem(node.source(unit).place(cap.key), message)


def _claims(ledger: Ledger, node: Node, unit: str, cluster: str) -> list[tuple[Node, int]]:
    """Return who counts for how much against a tenant, the largest first."""
    found = [
        (one, ledger.promise[one.name].get(cluster, {}).get(unit, 0) if one.divides else _alone_of(one, unit, cluster))
        for one in node.dependents
    ]
    return sorted(((one, amount) for one, amount in found if amount), key=lambda claim: (-claim[1], claim[0].name))


def _alone_of(node: Node, unit: str, cluster: str) -> int:
    return consumed(node).get(unit, 0) if cluster in node.clusters else 0


# -- shared


def _check_reach(ledger: Ledger, node: Node, line_of: LineOf) -> Iterator[Problem]:
    """Hold what namespaces could use together against what is held, times the factor that has been declared.

    The platform's default is for a tenant's own namespaces, so that those below it do not count.
    """
    allowed = node.overcommit
    if allowed is None:
        return
    own = {cluster: ledger.use(node, cluster) for cluster in node.clusters} if node.silent else None
    found = _worst(node, ledger.reach[node.name] if own is None else own, allowed)
    if found is None:
        return
    factor, unit, cluster, amount = found
    cap = node.hard[unit]
    where = f" on {cluster}" if len(ledger.forest.platform.clusters) > 1 else ""
    said = f"maxOvercommit is {_decimal(allowed.milli)}" if allowed != ONCE else "no maxOvercommit allows that"
    below = _largest(ledger, node, unit, cluster) if own is None else None
    most = f" (most of it in {below.name}, {line_of(below.place(_key(below, unit)))})" if below is not None else ""
    message = (
        f"all namespaces {'of' if own else 'at or below'} {node.name} could use {_shown(amount, cap)} of {cap.key} "
        f"together{where}{most}, and it has {cap.amount}: {_decimal(factor)} times as much, and {said}; "
    )
    remedy = f'write quota.maxOvercommit: "{_decimal(factor)}", or lower what they may use'
    if own is not None:
        remedy = "give the tenant a quota of its own, or raise that of spec.defaults.quota in the platform file"
    yield Problem(node.place(), message + remedy)


def _worst(node: Node, together: ByCluster, allowed: Quantity) -> tuple[int, str, str, int] | None:
    """Return by which factor most is exceeded, of which measure, where, and how much is used of it."""
    found = [
        (-(-sums[unit] * 1000 // cap.amount.milli), unit, cluster, sums[unit])
        for cluster, sums in together.items()
        for unit, cap in node.hard.items()
        if cap.amount and sums.get(unit, 0) * 1000 > allowed.milli * cap.amount.milli
    ]
    return max(found, default=None)


def _largest(ledger: Ledger, node: Node, unit: str, cluster: str) -> Node | None:
    """Return the child below which most can be used."""
    found = [(ledger.most(child).get(cluster, {}).get(unit, 0), child.name, child) for child in node.children]
    best = max(found, default=None, key=lambda one: one[:2])
    return best[2] if best is not None and best[0] else None


def _decimal(thousandths: int) -> str:
    """Write a factor, rounded up to what a file may say."""
    whole, part = divmod(thousandths, 1000)
    return f"{whole}.{part:03}".rstrip("0").rstrip(".")


# -- delegated


def _check_clusters(node: Node, above: Node, line_of: LineOf) -> Iterator[Problem]:
    """Ask that a tenant is wherever somebody's use has to be added up for it: that is where its object is rendered."""
    for cluster in node.clusters:
        if cluster not in above.clusters:
            message = (
                f"{cluster} is not among the clusters of {above.name}, so nobody would add up there what is used of "
                f"its quota ({line_of(above.place())}); add it to its clusters, or choose others here"
            )
            yield Problem(Place(node.entry.document, ("spec", "clusters")), message)
            return


# -- clusters


def _check_capacity(ledger: Ledger, cluster: Cluster, line_of: LineOf) -> Iterator[Problem]:
    """Hold what all tenants without a parent may ask of a cluster together against what it has."""
    for resource, there in cluster.capacity.items():
        factor = cluster.overcommit.get(resource)
        most = there.milli * (factor.milli if factor is not None else 1000) // 1000
        units = [unit for unit in dict.fromkeys((f"requests.{resource}", resource)) if capacity(unit) == resource]
        asked = [(sum(ledger.demand(node, cluster.name, unit) for unit in units), node) for node in ledger.roots()]
        total = sum(amount for amount, _ in asked)
        if total <= most or any(_alone(node, cluster, units, there) for _, node in asked):
            continue
        cap = Cap(resource, there)
        claims = sorted(((amount, node) for amount, node in asked if amount), key=lambda one: (-one[0], one[1].name))
        parts = [_root(node, amount, units, cap, line_of) for amount, node in islice(claims, _NAMED)]
        parts += [f"{len(claims) - _NAMED} more"] if len(claims) > _NAMED else []
        allowed = f"{there}, {_decimal(factor.milli)} times" if factor is not None else str(there)
        remedies = [f"lower a quota by {_shown(total - most, cap)}", "raise the capacity"]
        needed = -(-total * 1000 // there.milli) if there else None  # what is nothing stays nothing, however many times
        if needed is not None and needed <= _MOST_TIMES:
            remedies.append(f'declare overcommit: {{{resource}: "{_decimal(needed)}"}}')
        message = (
            f"{cluster.name} has {allowed}, and tenants are promised {_shown(total, cap)}: {' + '.join(parts)}; "
            f"{', '.join(remedies[:-1])}{',' if len(remedies) > 2 else ''} or {remedies[-1]}"  # noqa: PLR2004 - a series
        )
        yield Problem(cluster.origin / "capacity" / resource, message)


def _alone(node: Node, cluster: Cluster, units: Sequence[str], there: Quantity) -> bool:
    """Tell whether a tenant asks for more than the whole cluster, which is told where the tenant is placed."""
    held = (node.hard[unit].amount for unit in units if unit in node.hard)
    return cluster.name in node.clusters and any(amount > there for amount in held)


def _root(node: Node, amount: int, units: Sequence[str], cap: Cap, line_of: LineOf) -> str:
    unit = next((unit for unit in units if unit in node.hard), units[0])
    return _claim(node, amount, unit, cap, line_of)


# -- words


def _claim(node: Node, amount: int, unit: str, cap: Cap, line_of: LineOf) -> str:
    return f"{_shown(amount, cap)} ({node.name}, {line_of(node.place(_key(node, unit)))})"


def _line(node: Node, unit: str, line_of: LineOf) -> str:
    source = node.source(unit)
    return line_of(source.place(_key(source, unit)))


def _key(node: Node, unit: str) -> str | None:
    return node.hard[unit].key if unit in node.hard else None


def _cap(node: Node, unit: str, other: Cap) -> Cap:
    return node.hard.get(unit, other)


def _at_most(amount: Quantity) -> str:
    return f"{amount} or less" if amount else "0"


def _shown(milli: int, like: Cap) -> str:
    """Write a sum in the style of an amount that it is compared with."""
    style = like.amount.style if like.amount.style is not Style.EXPONENT else Style.DECIMAL
    return str(Quantity(milli, style))
