"""What holds for every tree of tenants, held against the plainest computation that there is."""

import random

from building import objects
from hypothesis import given, settings
from hypothesis import strategies as st
from tenancy import CLUSTER, directory_of, platform_of, tenant_of

from generator.organisation import tree

WORDS = st.sampled_from(["a", "b", "c"])
PEOPLE = st.lists(st.tuples(WORDS, st.sampled_from(["viewer", "editor"])), max_size=2)
KEPT = st.sets(st.sampled_from(["viewer", "editor"]))


@st.composite
def forests(draw, most=6):
    """Draw tenants by name, each with its parent (an earlier one, or none), labels, members and those that it keeps."""
    found = {}
    for i in range(draw(st.integers(2, most))):
        parent = draw(st.sampled_from([None, *found]))
        members = draw(st.none() | st.tuples(PEOPLE, KEPT if parent else st.just(frozenset())))
        labels = draw(st.dictionaries(WORDS, WORDS, max_size=2))
        found[f"t{i}"] = (parent, labels, members, draw(st.sampled_from(["active", "active", "frozen", "offboarding"])))
    return found


def spec(one):
    parent, _, members, lifecycle = one
    lines = [f"parent: {parent}"] if parent else []
    if members is not None:
        given_, kept = members
        items = [f"{{group: {name}, role: {role}}}" for name, role in given_]
        items += [f"{{inherited: true, role: {role}}}" for role in sorted(kept)]
        lines.append(f"members: [{', '.join(items)}]")
    return "\n".join([*lines, f"lifecycle: {lifecycle}", "quota: {hard: {secrets: 0}}"])


def line(forest, name):
    parent = forest[name][0]
    return [name, *(line(forest, parent) if parent else [])]


def labels(forest, name):
    parent, own, _, _ = forest[name]
    return {**(labels(forest, parent) if parent else {}), **own}


def members(forest, name):
    parent, _, own, _ = forest[name]
    above = members(forest, parent) if parent else []
    return above if own is None else own[0] + [one for one in above if one[1] in own[1]]


def lifecycle(forest, name):
    own = forest[name][3]
    others = [forest[other][3] for other in line(forest, name)[1:]]
    return "frozen" if own == "active" and any(other != "active" for other in others) else own


@settings(max_examples=60, deadline=None)
@given(forests(), st.randoms(use_true_random=False))
def test_what_is_inherited_is_what_the_plainest_reading_says_in_any_order(forest, chance):
    names = list(forest)
    chance.shuffle(names)
    there = directory_of({name: spec(forest[name]) for name in names})
    platform = platform_of(CLUSTER)
    made = {name: tenant_of(name, spec(one), f"labels: {one[1]}".replace("'", "")) for name, one in forest.items()}
    for name in names:
        ancestors = there.facts(name).ancestors
        assert [name, *ancestors] == line(forest, name)
        found = tree.resolve_line([made[one] for one in (name, *ancestors)], platform)[0]
        assert found.settings.labels == labels(forest, name)
        assert sorted((one.subject.name, one.role) for one in found.members) == sorted(members(forest, name))
        assert found.lifecycle == lifecycle(forest, name)


@settings(max_examples=15, deadline=None)
@given(forests(most=5), st.integers(0, 3))
def test_labels_agree_with_the_ancestors_and_the_order_of_files_does_not_matter(forest, seed):
    texts = {name: spec(one) for name, one in forest.items()}
    shared = f"{CLUSTER}\nhierarchy: {{hncLabels: true}}"
    found = objects(texts, shared)
    for body in found:
        if body["kind"] == "Namespace":
            name = body["metadata"]["name"]
            above = line(forest, name)
            in_a_tree = len(above) > 1 or any(one[0] == name for one in forest.values())
            for domain in ("tenantry.dev", "hnc.x-k8s.io"):
                end = f".tree.{domain}/depth"
                depths = {
                    key.removesuffix(end): value
                    for key, value in body["metadata"]["labels"].items()
                    if key.endswith(end)
                }
                assert depths == ({one: str(i) for i, one in enumerate(above)} if in_a_tree else {})
    mixed = random.Random(seed).sample(sorted(texts.items()), len(texts))  # noqa: S311 - an order, and no secret
    assert objects(dict(mixed), shared) == found
