"""Which nodes of a graph reach one another, and in which order to go through them."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)


def circles(edges: Mapping[Node, Iterable[Node]]) -> Iterator[list[Node]]:
    """Yield the strongly connected parts of a graph; a part comes after all that it leads to.

    Only keys of *edges* are nodes: an edge to anything else is passed over. It is Tarjan's algorithm with a stack of
    its own, because a chain may be longer than Python's.
    """
    walk = _Walk(edges)
    for root in edges:
        if root not in walk.order:
            yield from walk.parts_from(root)


class _Walk(Generic[Node]):
    """One walk through a graph: when each node was met, and the earliest open node that it leads back to."""

    def __init__(self, edges: Mapping[Node, Iterable[Node]]) -> None:
        self._edges = edges
        self.order: dict[Node, int] = {}
        self._earliest: dict[Node, int] = {}
        self._open: dict[Node, None] = {}

    def parts_from(self, root: Node) -> Iterator[list[Node]]:
        path = [(root, self._enter(root))]
        while path:
            node, ahead = path[-1]
            child = next((one for one in ahead if self._is_new(one, node)), None)
            if child is not None:
                path.append((child, self._enter(child)))
                continue
            path.pop()
            if path:
                self._lead_back(path[-1][0], self._earliest[node])
            if self._earliest[node] == self.order[node]:
                yield self._close(node)

    def _enter(self, node: Node) -> Iterator[Node]:
        self.order[node] = self._earliest[node] = len(self.order)
        self._open[node] = None
        return (one for one in self._edges[node] if one in self._edges)

    def _is_new(self, node: Node, parent: Node) -> bool:
        """Tell whether *node* is still to be met; if it is open, *parent* leads back to it."""
        if node in self._open:
            self._lead_back(parent, self.order[node])
        return node not in self.order

    def _lead_back(self, node: Node, to: int) -> None:
        self._earliest[node] = min(self._earliest[node], to)

    def _close(self, node: Node) -> list[Node]:
        """Take the part that was entered at *node* off the open nodes."""
        part: list[Node] = []
        while not part or part[-1] != node:
            part.append(self._open.popitem()[0])
        return part
