"""The last pictures of one camera, by running number: where viewers' cursors point. Pure, bounded in bytes.

It holds the group of pictures under way, from which a new viewer starts at once, and the one before, so that a viewer
a little behind is not cut when a group ends.
"""

from dataclasses import dataclass, field

from services.streams.relay.rtp import AccessUnit

WAITING = -1  # a cursor that stands at no picture: the next key picture is its first


@dataclass(slots=True)
class Ring:
    """Holds numbers ``first`` to ``head`` - 1; ``key`` is the newest key picture held, None when there is none."""

    bytes_most: int = 16 * 2**20
    lag_most_s: float = 2.0  # a viewer further behind goes to the newest key picture, if there is a newer one
    first: int = 0
    head: int = 0
    key: int | None = None
    size_bytes: int = 0
    _units: list[AccessUnit] = field(default_factory=list)

    def __getitem__(self, number: int) -> AccessUnit:
        return self._units[number - self.first]

    def append(self, unit: AccessUnit) -> None:
        """Take ``unit`` in as number ``head``; what is older than the last two groups, or too much, goes."""
        if unit.is_key:
            self._forget(self.first if self.key is None else self.key)
            self.key = self.head
        self._units.append(unit)
        self.head += 1
        self.size_bytes += unit.size_bytes
        oldest = self.first
        excess = self.size_bytes - self.bytes_most
        while excess > 0:
            excess -= self[oldest].size_bytes
            oldest += 1
        self._forget(oldest)

    def group(self) -> list[AccessUnit]:
        """The pictures from which a new viewer begins: the newest key picture and what followed it."""
        return [] if self.key is None else self._units[self.key - self.first :]

    def clear(self) -> None:
        """What is held can't be shown any more; the numbers run on."""
        self._forget(self.head)

    def resume(self, cursor: int) -> int | None:
        """Where a viewer at ``cursor`` goes on: there, or at the newest key picture; None: wait for the next one."""
        if cursor == self.head:
            return cursor
        if cursor < self.first:
            return self.key
        lag_s = self._units[-1].captured_at_monotonic_s - self[cursor].captured_at_monotonic_s
        return self.key if lag_s > self.lag_most_s and self.key is not None and self.key > cursor else cursor

    def _forget(self, before: int) -> None:
        gone = self._units[: before - self.first]
        if not gone:
            return
        self.size_bytes -= sum(unit.size_bytes for unit in gone)
        del self._units[: len(gone)]
        self.first = before
        if self.key is not None and self.key < before:
            self.key = None
