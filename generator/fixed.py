"""Parts of manifests that many objects share: made once, never changed, and so checked and written once."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any


class Fixed(dict[str, Any]):
    """A mapping that never changes once it is made, nor does anything in it; its text is kept for each depth.

    It is for what many objects share: a tenant's labels, the rules of a Role. Whoever changes one writes
    the old text. A copy, shallow or deep, is an ordinary dict, which may be changed.
    """

    __slots__ = ("texts",)

    def __init__(self, items: Mapping[str, Any] | Iterable[tuple[str, Any]] = (), /) -> None:
        super().__init__(items)
        self.texts: dict[str, str] = {}

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return dict, (dict(self),)


class FixedList(list[Any]):
    """A list under the law of ``Fixed``."""

    __slots__ = ("texts",)

    def __init__(self, items: Iterable[Any] = (), /) -> None:
        super().__init__(items)
        self.texts: dict[str, str] = {}

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return list, (list(self),)
