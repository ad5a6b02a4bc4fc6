"""What a role allows, as written: one rule, with the spellings that RBAC knows."""

from dataclasses import dataclass, field
from typing import Any

#: Matches everything where a rule's verbs, API groups, resources or URLs name it. It has no meaning within a word,
#: and none at all among resource names.
ALL = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """A PolicyRule: about resources, or about URLs that are none; the API server refuses a rule about both.

    The texts stand in the order in which they were written. ``""`` is the core API group. No resource names mean
    every name; ``""`` among them means requests that name nothing (``POST``, an unfiltered list).
    """

    verbs: tuple[str, ...]
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    _code: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Asked for all the time, of rules that may have thousands of words.
        object.__setattr__(self, "_code", hash(self._fields))

    def __hash__(self) -> int:
        return self._code

    def __reduce__(self) -> tuple[Any, ...]:
        return Rule, self._fields  # another process hashes strings differently

    @property
    def _fields(self) -> tuple[tuple[str, ...], ...]:
        return self.verbs, self.api_groups, self.resources, self.resource_names, self.urls
