"""How far a run has come: a counter for each process, in memory that all of them share."""

import mmap

_WIDTH = 8
_MOST_LANES = 512


class Meter:
    """Counts tenants done, by lane (one for each process), against the total that the run has set out to do."""

    def __init__(self) -> None:
        self.total = 0
        self._memory = mmap.mmap(-1, _WIDTH * _MOST_LANES)

    def advance(self, lane: int) -> None:
        """Count one more done in a lane; only that lane's process may call this."""
        at = lane % _MOST_LANES * _WIDTH
        count = int.from_bytes(self._memory[at : at + _WIDTH], "little") + 1
        self._memory[at : at + _WIDTH] = count.to_bytes(_WIDTH, "little")

    @property
    def done(self) -> int:
        """How many are done, in all lanes together."""
        memory = self._memory
        return sum(int.from_bytes(memory[at : at + _WIDTH], "little") for at in range(0, len(memory), _WIDTH))
