"""Parameter sets that a camera has told, newest first of all: bounded, in the order a decoder needs them. Pure."""

import base64
import binascii
from collections.abc import Iterable, Mapping

_SETS_MOST, _SET_BYTES_MOST, _FMTP_FIELDS_MOST = 16, 4096, 64
_START_CODES = (b"\0\0\0\1", b"\0\0\1")


class ParameterSets:
    """``ranks`` orders the kinds of NAL units that are parameter sets; the last kind refers to those before it."""

    def __init__(self, ranks: Mapping[int, int], kind_of: Mapping[int, int]) -> None:
        self._ranks = ranks  # of NAL unit types
        self._kind_of = kind_of  # of a unit's first byte
        self._held: dict[bytes, int] = {}

    def keep(self, nal: bytes) -> None:
        """The newest of a kind comes last, so that a decoder which reads them in order ends with it."""
        rank = self._ranks.get(self._kind_of[nal[0]])
        if rank is None or len(nal) > _SET_BYTES_MOST:
            return
        if nal not in self._held and rank < len(self._ranks) - 1:  # what referred to an older one is gone with it
            self._held = {held: its for held, its in self._held.items() if its < rank}
        self._held.pop(nal, None)
        self._held[nal] = rank
        while len(self._held) > _SETS_MOST:
            del self._held[next(iter(self._held))]

    def keep_all(self, texts: Iterable[str]) -> None:
        """The sets of an SDP in base64. What is unreadable is passed over: it may still come in the stream."""
        for text in list(texts)[:_SETS_MOST]:
            try:
                nal = base64.b64decode(text.strip(), validate=True)
            except (binascii.Error, ValueError):
                continue
            for code in _START_CODES:  # of a byte stream: some cameras leave it before the unit
                nal = nal.removeprefix(code)
            if len(nal) > 1:
                self.keep(nal)

    @property
    def units(self) -> list[bytes]:
        """What is known, in the order of the ranks."""
        return sorted(self._held, key=self._held.__getitem__)

    def encoded(self, rank: int) -> str:
        """The sets of one rank as an SDP has them."""
        return ",".join(base64.b64encode(nal).decode() for nal, its in self._held.items() if its == rank)


def fields_of(fmtp: str) -> dict[str, str]:
    """Format parameters by name in small letters; a value may hold ``=``."""
    parts = fmtp.split(";")[:_FMTP_FIELDS_MOST]
    return {name.strip().lower(): value.strip() for name, _, value in (part.partition("=") for part in parts)}
