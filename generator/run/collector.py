"""Python's memory at the end of a run: when the collector of cycles rests, and what is never freed."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting() -> Iterator[None]:
    """Look for no cycles meanwhile: for work that keeps what it makes, and makes none.

    The collector would go through all that is kept, and through most of it twice: a sixth of the time of judging 18,000
    objects. What is there at the end is not looked through later either.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def keep(value: object) -> None:
    """Keep a value for good: the process is about to end, and the system takes back all memory at once.

    To free the values of 18,000 objects one by one takes a twentieth of the time of judging them. A cycle is freed by
    nothing but the collector, which looks at nothing that is there when it has rested.
    """
    held: list[object] = [value]
    held.append(held)
