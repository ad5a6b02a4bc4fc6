"""What a check of Pod Security is, and what whole checks are exempted for."""

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct

from generator.podsecurity.pod import Pod

#: Says why a pod is refused, in the API server's words; ``None`` means that it is not.
Rule = Callable[[Pod], str | None]


class Check(Struct, frozen=True):
    """One check, under the name that Kubernetes gives it.

    *rules* are by the minor version of Kubernetes 1 from which on each holds, the oldest first. A check of restricted
    may stand in for one of baseline, which it *overrides* from its own first version on.
    """

    id: str
    level: Literal["baseline", "restricted"]
    rules: Mapping[int, Rule]
    overrides: str = ""

    def at(self, minor: int) -> Rule | None:
        """Return the rule of a version; ``None`` means that the check is newer."""
        known = [since for since in self.rules if since <= minor]
        return self.rules[max(known)] if known else None


def unless_windows(rule: Rule) -> Rule:
    """Return a rule that asks nothing of pods for Windows, which may not set such fields."""
    return lambda pod: None if pod.is_windows else rule(pod)


def unless_in_user_namespace(rule: Rule) -> Rule:
    """Return a rule that asks nothing of pods with users of their own, whose root is nobody on the node."""
    return lambda pod: None if pod.has_user_namespace else rule(pod)
