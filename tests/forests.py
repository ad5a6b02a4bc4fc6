"""Random forests of tenants as plain values, for tests that hold the proof against plain sums."""

from collections import Counter

from hypothesis import strategies as st
from tenancy import platform_of

from generator.allotment import around, ledger
from generator.kubernetes import quantity
from generator.kubernetes.quotakeys import measure
from generator.organisation import shares, tree
from generator.organisation.allowance import LEAST
from generator.organisation.directory import Directory, entry
from generator.placement import placement
from generator.spec import tenant

CLUSTERS = ("eu", "us")
KEYS = ("cpu", "requests.cpu", "pods", "requests.nvidia.com/gpu")
PLATFORM = """
clusters:
  - {name: eu, version: "1.34", addons: [openshift], capacity: {cpu: 24, nvidia.com/gpu: 8}, overcommit: {cpu: "1.5"}}
  - {name: us, version: "1.34", addons: [openshift], capacity: {cpu: 20}}
tiers:
  tiny: {quota: {hard: {requests.cpu: 1, pods: 2, requests.nvidia.com/gpu: 0}}}
defaults: {clusters: [eu]}
"""

#: The same with something for tenants that say nothing: how it is divided makes no difference to those below them.
WITH_DEFAULTS = [
    PLATFORM.replace("clusters: [eu]", f"clusters: [eu], quota: {{{how}hard: {{requests.cpu: 1, pods: 2}}}}")
    for how in ("", "mode: shared, maxOvercommit: '1.5', ", "mode: delegated, to: openshift, ")
]

EVERY = ("requests.cpu", "pods", "requests.nvidia.com/gpu")
# Mostly all keys, and little of each, or hardly anything would ever fit.
parts = st.fixed_dictionaries(dict.fromkeys(EVERY, st.integers(0, 2))) | st.dictionaries(
    st.sampled_from(KEYS), st.integers(0, 4), min_size=1
)


@st.composite
def quotas(draw, scale):
    quota = {}
    if draw(st.booleans()):
        quota["mode"] = draw(st.sampled_from(["partition", "shared", "delegated"]))
        if quota["mode"] == "delegated":
            quota["to"] = "openshift"
    if draw(st.integers(0, 3)):
        quota["maxOvercommit"] = draw(st.sampled_from(["1", "1.5", "3"]))
    # Mostly all keys, and less the deeper it is, or hardly anything would ever fit.
    keys = draw(
        st.sampled_from([("requests.cpu", "pods", "requests.nvidia.com/gpu")] * 3 + [("cpu", "pods"), ("pods",)])
    )
    quota["hard"] = {key: draw(st.integers(0, scale)) for key in keys}
    return quota


@st.composite
def tenants(draw, most=7, *, silent=False):
    """Draw the specs of some tenants by name, parents first; *silent* ones leave their part to the defaults."""
    found, depths = {}, {}
    for number in range(draw(st.integers(1, most))):
        name, spec = f"t{number}", {}
        above = draw(st.sampled_from([None, *found, *found]))
        depths[name] = 0 if above is None else depths[above] + 1
        if above is not None:
            spec["parent"] = above
        kind = draw(st.integers(0, 5))
        if kind:
            spec |= {"tier": "tiny"} if kind == 1 else {"quota": draw(quotas(max(1, 16 >> 2 * depths[name])))}
        if draw(st.integers(0, 3)) == 0:
            spec["clusters"] = draw(st.lists(st.sampled_from(CLUSTERS), min_size=1, max_size=2, unique=True))
        if kind == 0 or draw(st.booleans()):
            listed = draw(st.lists(parts, max_size=2)) + [None] * ((kind > 0 or silent) and draw(st.integers(0, 1)))
            spec["namespaces"] = [
                {"name": f"n{i}"} | ({"quota": part} if part else {}) for i, part in enumerate(listed)
            ]
        found[name] = spec
    return found


@st.composite
def sharing_tenants(draw, *, silent=False):
    """Draw a tenant that shares, with children that name some of its keys and get the others from it, or *silent*."""
    hard = {key: draw(st.integers(4, 16)) for key in EVERY}
    mode, bound = draw(st.sampled_from([("shared", "1"), ("shared", "1.5"), ("shared", "3"), ("delegated", "1")]))
    given = {"mode": mode, "maxOvercommit": bound, "hard": hard} | ({"to": "openshift"} if mode == "delegated" else {})
    found = {"t0": {"quota": given, "namespaces": []}}
    for number in range(draw(st.integers(1, 3))):
        keys = draw(st.lists(st.sampled_from(EVERY), min_size=1, unique=True))
        above = draw(st.sampled_from([*found]))
        quota = {
            "mode": draw(st.sampled_from(["partition", "shared"])),
            "hard": {k: draw(st.integers(0, 4)) for k in keys},
        }
        found[f"t{number + 1}"] = {"parent": above} | ({} if silent and draw(st.booleans()) else {"quota": quota})
    return found


def values(specs):
    return {name: {"metadata": {"name": name}, "spec": spec} for name, spec in specs.items()}


def reckon(specs, platform=None):
    entries = [entry(value, f"tenants/{name}.yaml") for name, value in values(specs).items()]
    return ledger.Ledger(Directory(entries, platform or platform_of(PLATFORM)))


def placed(specs, promises):
    """Yield each tenant with what keeps it from being placed, and its namespaces' caps on each of its clusters."""
    directory = promises.forest.directory
    for name in specs:
        facts = around.facts(promises, name)
        line = [tenant.from_value(values(specs)[one], f"tenants/{one}.yaml") for one in (name, *facts.ancestors)]
        resolved = tree.resolve_line(line, directory.platform)[0]
        problems = list(placement.check(resolved, facts.share))
        for cluster in directory.clusters(name):
            problems += placement.check_on(resolved, directory.platform.clusters[cluster], facts.share)
        caps = {
            cluster: [] if problems else list(shares.of(resolved, facts.share, cluster).values())
            for cluster in directory.clusters(name)
        }
        yield name, problems, caps


def thousandths(hard):
    found = {}
    for key, amount in hard.items():
        unit, milli = measure(key), quantity.parse(amount).milli if isinstance(amount, (int, str)) else amount.milli
        found[unit] = min(found.get(unit, milli), milli)
    return found


def children(specs, name):
    return [other for other, spec in specs.items() if spec.get("parent") == name]


class PlainSums:
    """What each tenant counts for, by plain recursion over its children: slow, and easy to believe."""

    def __init__(self, nodes):
        self.nodes = nodes

    def below(self, node):
        return [other for other in self.nodes.values() if other.parent is node]

    def parts(self, node):
        return sum((Counter(thousandths(part)) for part in node.parts if part), Counter())

    def given(self, node, cluster):
        return sum((self.promise(child, cluster) for child in self.below(node)), Counter())

    def promise(self, node, cluster):
        whole = Counter({unit: cap.amount.milli for unit, cap in node.hard.items()})
        here = cluster in node.clusters
        if not node.divides:
            default = Counter({unit: min(most, node.caps[unit].amount.milli) for unit, most in whole.items()})
            return self.given(node, cluster) + ((default if node.hard else self.parts(node)) if here else Counter())
        # What it does not hold is not bounded by it, so that it counts with whoever holds it.
        beyond = self.given(node, cluster) + (self.parts(node) if here else Counter())
        beyond = Counter({unit: amount for unit, amount in beyond.items() if unit not in whole})
        if here:
            return whole + beyond
        elsewhere = self.reach(node, cluster) if node.mode in LEAST else self.given(node, cluster)
        return Counter({unit: min(elsewhere[unit], most) for unit, most in whole.items()}) + beyond

    def is_shared(self, node):
        return node.mode in LEAST or bool(node.bound) or any(map(self.is_shared, self.below(node)))

    def reach(self, node, cluster):
        below, own = Counter(), Counter()
        for child in self.below(node):
            below.update(self.reach(child, cluster) if self.is_shared(child) else self.promise(child, cluster))
        if cluster in node.clusters:
            own = self.use(node, cluster)
        if node.mode != "delegated":
            return sum_of(below, own)
        if node.silent:  # the defaults are for its own namespaces
            return sum_of(below, held(own, node.caps))
        return held(sum_of(below, own), node.caps)

    def use(self, node, cluster):
        """Add up what a tenant's own namespaces may use."""
        caps = {unit: cap.amount.milli for unit, cap in node.caps.items()}
        total = Counter()
        if node.mode in LEAST:
            for part in node.parts:
                own = thousandths(part or {})
                total.update(own | {unit: min(own.get(unit, most), most) for unit, most in caps.items()})
            return total
        total.update(self.parts(node))
        if None in node.parts:
            taken = self.given(node, cluster) if node.divides else Counter()
            total |= Counter({unit: max(most - taken[unit], total[unit]) for unit, most in caps.items()})
        return total


def sum_of(one, other):
    """Add up, keeping what is 0."""
    total = Counter(one)
    total.update(other)
    return total


def held(total, caps):
    """Leave of a sum what a controller lets through."""
    return Counter(
        {unit: min(amount, caps[unit].amount.milli) if unit in caps else amount for unit, amount in total.items()}
    )
