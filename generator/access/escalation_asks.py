"""Questions about one resource, asked of a set of permissions: for which names some verb is allowed."""

from msgspec import Struct

from generator.access.algebra import Permissions
from generator.access.algebra_diagrams import NAME, NOTHING, Branch, Diagram, Words, ask, branch
from generator.access.algebra_paths import NO_PATHS

READ = ("get", "list", "watch")
APPLY = ("update", "patch")
WRITE = ("create", *APPLY)


class Ask(Struct, frozen=True):
    """Requests with any of some verbs about one resource."""

    verbs: tuple[str, ...]
    group: str
    resource: str
    subresource: str = ""

    def names(self, held: Permissions) -> Words:
        """Return the names for which one of the verbs is allowed; the empty one is a request that names nothing."""
        diagram = held.resources
        answers = (self.group, self.subresource, self.resource)
        while isinstance(diagram, Branch) and diagram.axis < NAME:
            diagram = diagram.cases.get(answers[diagram.axis], diagram.default)
        default, cases = ask(diagram, NAME)
        if self._is_in(default):
            return Words(frozenset(name for name, case in cases.items() if not self._is_in(case)), all_but=True)
        return Words(frozenset(name for name, case in cases.items() if self._is_in(case)))

    def _is_in(self, verbs: Diagram) -> bool:
        return isinstance(verbs, Words) and any(verb in verbs for verb in self.verbs)


def creates(held: Permissions, group: str, resource: str) -> bool:
    """Tell whether objects can be made: by a ``POST``, which names nothing, or by server-side apply, which does.

    Server-side apply of what is not there takes ``patch`` and ``create`` on its name.
    """
    made = Ask(("create",), group, resource).names(held)
    return "" in made or bool((made & Ask(("patch",), group, resource).names(held)) - Words(frozenset({""})))


def stripped(held: Permissions, prefix: str) -> Permissions:
    """Return what is allowed by verbs that begin so, with the rest of each verb as the verb."""
    return Permissions(_stripped(held.resources, prefix), NO_PATHS)


def _stripped(diagram: Diagram, prefix: str) -> Diagram:
    if isinstance(diagram, Words):
        cut = frozenset(verb.removeprefix(prefix) for verb in diagram.listed if verb.startswith(prefix))
        return Words(cut, all_but=diagram.all_but) if cut or diagram.all_but else NOTHING
    cases = {word: _stripped(case, prefix) for word, case in diagram.cases.items()}
    return branch(diagram.axis, _stripped(diagram.default, prefix), cases)
