"""How much a rendering may do. Every loop and every text that a template can make longer is charged here first.

A step stands for some microseconds, so that what a template can cost is bounded by a few seconds and some tens of
megabytes, whatever it says. The bounds are far above what a launcher's template needs: some 2,000 steps and 50,000
characters.
"""

from msgspec import Struct

from generator.gotemplate.errors import Failure


class Limits(Struct, frozen=True):
    """What one rendering may use up; *depth* counts templates that include one another."""

    steps: int = 300_000
    characters: int = 2_000_000
    depth: int = 40


class Budget:
    """What is left of the limits; raises :class:`Failure` when it is used up."""

    __slots__ = ("characters", "limits", "steps")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.steps = limits.steps
        self.characters = limits.characters

    def step(self, count: int = 1) -> None:
        """Charge some work, before it is done."""
        self.steps -= count
        if self.steps < 0:
            raise Failure(f"takes more than {self.limits.steps} steps; repeat and nest less")

    def text(self, length: int) -> None:
        """Charge characters that are about to be made, whether they are written or thrown away."""
        self.characters -= length
        if self.characters < 0:
            raise Failure(f"makes more than {self.limits.characters} characters of text; write less")
