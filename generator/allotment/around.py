"""What each tenant has to know of the quotas above and below it, to be rendered with its own part."""

from generator.allotment.forest import Node
from generator.allotment.ledger import Ledger
from generator.organisation.allowance import LEAST, Share
from generator.organisation.directory import Facts


def facts(ledger: Ledger, name: str) -> Facts:
    """Return what a tenant has to know of the others, with its share."""
    known = ledger.forest.directory.facts(name)
    found = share(ledger, name)
    return known if found is None else known._replace(share=found)


def share(ledger: Ledger, name: str) -> Share | None:
    """Return what a tenant has to know; ``None`` where nothing above or below it bears on its namespaces."""
    node = ledger.forest.nodes.get(name)
    if node is None or (node.parent is None and not node.children):
        return None
    found = Share(
        mode="" if node.mode == "partition" else node.mode,
        to=node.to,
        bound=tuple((cap.key, str(cap.amount)) for cap in node.bound.values()),
        given=_given(ledger, node),
        apex=_apex(ledger, node),
    )
    return found if any(found) else None


def _given(ledger: Ledger, node: Node) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    """Return what children have of a quota that is divided in parts, where the tenant's own namespaces get the rest."""
    if node.mode in LEAST or not node.divides or None not in node.parts:
        return ()
    given = ledger.given[node.name]
    return tuple((cluster, tuple(given[cluster].items())) for cluster in node.clusters if cluster in given)


def _apex(ledger: Ledger, node: Node) -> str:
    """Return the first namespace of the nearest tenant above whose own quota HNC adds up; empty where there is none."""
    if node.pool is None or node.pool.to != "hnc":
        return ""
    return next(iter(ledger.forest.directory.namespaces(node.pool.name)), "")
