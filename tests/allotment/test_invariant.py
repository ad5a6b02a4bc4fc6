"""No forest that is accepted lets namespaces use more together than is there; and the sums are plain sums."""

from collections import Counter

from forests import (
    PLATFORM,
    WITH_DEFAULTS,
    PlainSums,
    children,
    held,
    placed,
    reckon,
    sharing_tenants,
    tenants,
    thousandths,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tenancy import platform_of

from generator.allotment import overdraft
from generator.kubernetes import quantity

MADE = platform_of(PLATFORM)
WITH_DEFAULTS_MADE = [platform_of(text) for text in WITH_DEFAULTS]

plain = st.tuples(tenants() | sharing_tenants(), st.just(MADE))
defaulted = st.tuples(tenants(silent=True) | sharing_tenants(silent=True), st.sampled_from(WITH_DEFAULTS_MADE))


@settings(max_examples=600, deadline=None, derandomize=True)
@given(plain | defaulted)
def test_no_accepted_forest_promises_more_than_its_roots_and_clusters_hold(forest):
    specs, made = forest
    promises = reckon(specs, made)
    assume(not list(overdraft.check(promises)))
    found = {name: (problems, caps) for name, problems, caps in placed(specs, promises)}
    assume(not any(problems for problems, _ in found.values()))
    nodes = promises.forest.nodes

    def used(name, cluster):
        """Add up the quotas that are rendered at or below a tenant; a controller lets through what it holds."""
        total = own(name, cluster)
        for child in children(specs, name):
            total.update(used(child, cluster))
        return held(total, nodes[name].caps) if nodes[name].pools else total

    def own(name, cluster):
        """Add up those of a tenant's own namespaces, of which a default that is delegated is a pool."""
        total = Counter()
        for caps in found[name][1].get(cluster, ()):
            total.update(thousandths(caps))
        pooled = nodes[name].silent and nodes[name].mode == "delegated"
        return held(total, nodes[name].caps) if pooled else total

    for cluster in made.clusters.values():
        for name, node in nodes.items():
            total = (own if node.silent else used)(name, cluster.name)
            for unit, cap in node.hard.items() if node.overcommit else ():
                assert total[unit] * 1000 <= cap.amount.milli * node.overcommit.milli, (name, cluster.name, unit)
        roots = sum((used(name, cluster.name) for name, spec in specs.items() if "parent" not in spec), Counter())
        for resource, there in cluster.capacity.items():
            most = there.milli * cluster.overcommit.get(resource, quantity.parse(1)).milli
            assert roots[f"requests.{resource}"] * 1000 <= most


@settings(max_examples=50, deadline=None, derandomize=True)
@given(tenants())
def test_in_an_accepted_forest_every_namespace_has_a_cap_on_what_those_above_have_capped(specs):
    promises = reckon(specs, MADE)
    assume(not list(overdraft.check(promises)))
    found = list(placed(specs, promises))
    assume(not any(problems for _, problems, _ in found))
    for name, _, by_cluster in found:
        above = promises.forest.nodes[name].holder
        for caps in by_cluster.values():
            for hard in caps:
                assert above is None or above.caps.keys() <= thousandths(hard).keys()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(plain | defaulted)
def test_the_ledger_agrees_with_plain_sums_in_any_forest(forest):
    specs, made = forest
    promises = reckon(specs, made)
    sums = PlainSums(promises.forest.nodes)
    for name, node in promises.forest.nodes.items():
        for cluster in made.clusters:
            assert not_nothing(promises.given[name].get(cluster)) == not_nothing(sums.given(node, cluster))
            assert not_nothing(promises.promise[name].get(cluster)) == not_nothing(sums.promise(node, cluster))
            if sums.is_shared(node):
                assert not_nothing(promises.reach[name].get(cluster)) == not_nothing(sums.reach(node, cluster))
            else:
                assert name not in promises.reach


def not_nothing(sums):
    return {unit: amount for unit, amount in (sums or {}).items() if amount}
