import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.access.circles import circles


def parts(edges):
    return [sorted(part) for part in circles(edges)]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ({}, []),
        ({"a": "a"}, [["a"]]),
        ({"a": "b", "b": "c", "c": ""}, [["c"], ["b"], ["a"]]),
        ({"a": "b", "b": "a", "c": "a"}, [["a", "b"], ["c"]]),
        ({"a": "b", "b": "c", "c": "ad", "d": "e", "e": "d"}, [["d", "e"], ["a", "b", "c"]]),
        ({"a": "xyz"}, [["a"]]),
    ],
)
def test_parts_come_after_what_they_lead_to(edges, expected):
    assert parts(edges) == expected


def test_a_chain_may_be_longer_than_pythons_stack():
    assert len(parts({n: [n + 1] for n in range(5000)})) == 5000


GRAPHS = st.dictionaries(st.integers(0, 7), st.lists(st.integers(0, 7), max_size=4), max_size=8)


@settings(deadline=None, derandomize=True)
@given(GRAPHS)
def test_nodes_are_in_one_part_just_if_they_reach_each_other(edges):
    reach = {node: reached(edges, node) for node in edges}
    found = parts(edges)
    assert sorted(node for part in found for node in part) == sorted(edges)
    for part in found:
        assert all(other in reach[node] for node in part for other in part)
    seen = set()
    for part in found:
        seen.update(part)
        assert all(reach[node] <= seen for node in part)


def reached(edges, start):
    found, todo = {start}, [start]
    while todo:
        new = [node for node in edges[todo.pop()] if node in edges and node not in found]
        found.update(new)
        todo += new
    return found
