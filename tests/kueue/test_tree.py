import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.kubernetes.quantity import ZERO, Quantity, parse
from generator.kueue.quotas import Quota, of
from generator.kueue.tree import Node, Tree

GPU = ("h100", "nvidia.com/gpu")


def quota(nominal, borrow=None, lend=None):
    return {GPU: Quota(*(None if one is None else parse(one) for one in (nominal, borrow, lend)))}


def gpus(tree, name):
    return str(tree.available(tree.queues[name])[GPU])


def test_a_queue_alone_has_its_own_quota():
    assert gpus(Tree([], [Node("a", "", quota(4))]), "a") == "4"


def test_queues_of_a_cohort_lend_one_another_what_they_do_not_use():
    tree = Tree([Node("c", "", {})], [Node("a", "c", quota(4)), Node("b", "c", quota(2))])
    assert (gpus(tree, "a"), gpus(tree, "b")) == ("6", "6")


def test_a_cohorts_own_quota_is_there_beside_that_of_its_members():
    assert gpus(Tree([Node("c", "", quota(8))], [Node("a", "c", quota(4))]), "a") == "12"


def test_limits_hold_on_both_sides():
    queues = [Node("a", "c", quota(4, borrow=1)), Node("b", "c", quota(5, lend=2)), Node("d", "c", quota(0))]
    tree = Tree([Node("c", "", {})], queues)
    assert gpus(tree, "a") == "5"
    assert gpus(tree, "b") == "9", "its own 5, and the 4 of a"
    assert gpus(tree, "d") == "6", "the 4 of a, and 2 that b lends"


def test_what_is_not_listed_cannot_be_borrowed():
    tree = Tree([Node("c", "", {})], [Node("a", "c", {}), Node("b", "c", quota(2))])
    assert dict(tree.available(tree.queues["a"])) == {}


def test_a_cohort_that_is_only_named_is_there_all_the_same():
    tree = Tree([], [Node("a", "c", quota(4)), Node("b", "c", quota(2))])
    assert [node.name for node in tree.dangling] == ["a", "b"]
    assert gpus(tree, "a") == "6"
    assert str(tree.promised["c"][GPU]) == "6"


def test_what_is_below_a_circle_gets_nothing_and_the_circle_is_told_once():
    cohorts = [Node("a", "b", quota(1)), Node("b", "a", {}), Node("below", "a", {}), Node("apart", "", {})]
    tree = Tree(cohorts, [Node("q", "below", quota(4)), Node("r", "apart", quota(2))])
    assert tree.cycles == [("a", "b", "a")]
    assert (gpus(tree, "q"), gpus(tree, "r")) == ("0", "2")
    assert str(tree.total[GPU]) == "7"


def test_a_cohort_that_is_its_own_parent_is_a_circle():
    assert Tree([Node("a", "a", {})], []).cycles == [("a", "a")]


def test_promises_count_all_that_is_below_whatever_it_lends():
    cohorts = [Node("top", "", quota(1)), Node("low", "top", quota(2))]
    tree = Tree(cohorts, [Node("a", "low", quota(4, lend=0)), Node("b", "top", quota(8))])
    assert {name: str(total[GPU]) for name, total in tree.promised.items()} == {"top": "15", "low": "6"}
    assert tree.listed == {"top": frozenset({GPU})}
    assert tree.roots == {"top": "top", "low": "top"}


def test_a_chain_of_thousands_is_no_matter():
    names = [f"c{i}" for i in range(5_000)]
    cohorts = [Node(name, parent, {}) for name, parent in zip(names, ["", *names], strict=False)]
    tree = Tree(cohorts, [Node("q", names[-1], quota(1)), Node("p", names[0], quota(2))])
    assert gpus(tree, "q") == "3"


@pytest.mark.parametrize(
    "spec",
    [
        None,
        {},
        {
            "resourceGroups": [
                {"flavors": [{"name": 5}, {"name": "a", "resources": [{"name": "b", "nominalQuota": "x"}]}]}
            ]
        },
    ],
)
def test_what_is_no_quota_is_passed_over(spec):
    assert of(spec) == {}


# Against the formulas of Kueue's cache, written down as they stand there


def amounts(most=9):
    return st.integers(0, most).map(lambda number: Quantity(number * 1000))


@st.composite
def trees(draw):
    size = draw(st.integers(1, 6))
    parents = ["", *(draw(st.sampled_from(["", *(f"c{i}" for i in range(n))])) for n in range(1, size))]
    some = st.builds(lambda *given: {GPU: Quota(*given)}, amounts(), st.none() | amounts(), st.none() | amounts())
    cohorts = [Node(f"c{n}", parent, draw(st.just({}) | some)) for n, parent in enumerate(parents)]
    above = st.sampled_from(["", *(one.name for one in cohorts)])
    queues = [Node(f"q{n}", draw(above), draw(some)) for n in range(draw(st.integers(1, 6)))]
    return cohorts, queues


def subtree(node, cohorts, queues):
    own = node.quotas.get(GPU, Quota(ZERO)).nominal
    below = [one for one in (*cohorts, *queues) if one.parent == node.name] if node in cohorts else []
    return sum((lent(one, cohorts, queues) for one in below), own)


def kept(node, cohorts, queues):
    lend = node.quotas.get(GPU, Quota(ZERO)).lend
    return ZERO if lend is None else max(ZERO, subtree(node, cohorts, queues) - lend)


def lent(node, cohorts, queues):
    return subtree(node, cohorts, queues) - kept(node, cohorts, queues)


def potential(node, cohorts, queues):
    held = subtree(node, cohorts, queues)
    if not node.parent:
        return held
    above = next(one for one in cohorts if one.name == node.parent)
    most = kept(node, cohorts, queues) + potential(above, cohorts, queues)
    borrow = node.quotas.get(GPU, Quota(ZERO)).borrow
    return most if borrow is None else min(held + borrow, most)


@settings(max_examples=200, deadline=None)
@given(trees())
def test_what_a_queue_can_get_is_what_kueue_computes(made):
    cohorts, queues = made
    tree = Tree(cohorts, queues)
    assert tree.cycles == tree.dangling == []
    assert {q.name: tree.available(q)[GPU] for q in queues} == {q.name: potential(q, cohorts, queues) for q in queues}


@settings(max_examples=100, deadline=None)
@given(trees())
def test_no_queue_gets_more_than_was_promised_in_its_tree(made):
    cohorts, queues = made
    tree = Tree(cohorts, queues)
    for queue in queues:
        promised = tree.promised[tree.roots[queue.parent]][GPU] if queue.parent else queue.quotas[GPU].nominal
        assert tree.available(queue)[GPU] <= promised
