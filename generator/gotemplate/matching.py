"""Running the program of a regular expression over a text: all possibilities at once, character by character.

The time is at most the length of the program times that of the text, and every step of it is charged.
"""

from collections.abc import Iterator

from generator.gotemplate.budget import Budget
from generator.gotemplate.patterns import Instruction, Pattern

#: Where each group begins and ends, two numbers a group; ``None`` for a group that took no part.
Match = tuple[int | None, ...]
#: Cheap steps, so several count as one.
_PER_STEP = 4

_Threads = dict[int, Match]


def search(pattern: Pattern, text: str, start: int, budget: Budget) -> Match | None:
    """Return the leftmost match from *start* on, of those the one that Go and Perl prefer."""
    found: Match | None = None
    threads: _Threads = {}
    seen: set[int] = set()
    nothing: Match = (None,) * (2 * pattern.groups)
    for at in range(start, len(text) + 1):
        if found is None:
            _follow(pattern.program, (threads, seen), (0, nothing), (text, at))
        elif not threads:
            break
        budget.step(1 + len(seen) // _PER_STEP)
        following: _Threads = {}
        seen = set()
        for place, saved in threads.items():
            instruction = pattern.program[place]
            if instruction.do == "match":
                found = saved
                break
            if at < len(text) and instruction.test is not None and instruction.test(text[at]):
                _follow(pattern.program, (following, seen), (place + 1, saved), (text, at + 1))
        threads = following
    return found


def _follow(
    program: tuple[Instruction, ...], here: tuple[_Threads, set[int]], start: tuple[int, Match], spot: tuple[str, int]
) -> None:
    """Add the threads that *start* leads to without taking a character, the preferred first.

    What has been *seen* at this spot was reached by a thread that is preferred.
    """
    threads, seen = here
    waiting = [start]
    while waiting:
        place, saved = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        instruction = program[place]
        if instruction.do == "split":
            waiting += [(instruction.other, saved), (instruction.to, saved)]
        elif instruction.do == "save":
            waiting.append((place + 1, (*saved[: instruction.to], spot[1], *saved[instruction.to + 1 :])))
        elif instruction.do == "assert":
            if _holds(instruction.name, *spot):
                waiting.append((place + 1, saved))
        else:
            threads[place] = saved


def _holds(name: str, text: str, at: int) -> bool:
    match name:
        case "start":
            return at == 0
        case "end":
            return at == len(text)
        case "line start":
            return at == 0 or text[at - 1] == "\n"
        case "line end":
            return at == len(text) or text[at] == "\n"
    boundary = _wordy(text[at - 1 : at] if at else "") != _wordy(text[at : at + 1])
    return boundary == (name == "boundary")


def _wordy(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def every(pattern: Pattern, text: str, most: int, budget: Budget) -> Iterator[Match]:
    """Yield matches that do not overlap, up to *most* (all, if negative), without an empty one right after another."""
    at, before, count = 0, -1, 0
    while at <= len(text) and (most < 0 or count < most):
        match = search(pattern, text, at, budget)
        if match is None:
            return
        start, end = match[0] or 0, match[1] or 0
        accepted = not (end == at and start == before)
        at = end + 1 if end == at else end
        before = end
        if accepted:
            count += 1
            yield match
