"""What the relay must see of H.264 over RTP (RFC 6184): key pictures and parameter sets. Nothing is decoded. Pure."""

from services.rtsp.message import ProtocolError
from services.streams.relay.nal import Packing, aggregated
from services.streams.relay.parameters import ParameterSets, fields_of

KEY, PARAMETERS = 1, 2  # flags that `inspect` returns, or-ed
SPS, PPS = 7, 8
_IDR, _SEI, _STAP_A, _FU_A = 5, 6, 24, 28
_RECOVERY_POINT = 6  # the SEI that cameras without IDR pictures send where decoding may begin (H.264 D.2.8)
_KIND_OF = {first: first & 31 for first in range(256)}


def _header_of_fragment(payload: bytes) -> bytes:
    return bytes([payload[0] & 0xE0 | payload[1] & 31])


_SLICES = frozenset((*range(1, 6), 14))  # a prefix unit belongs to the slice behind it (H.264 §7.4.1.2.3)
PACKING = Packing(1, _KIND_OF, range(1, 24), _SLICES, _STAP_A, _FU_A, _header_of_fragment)


def kind(unit: bytes) -> int:
    """The type of a NAL unit, 0 to 31."""
    return unit[0] & 31


class H264:
    """Inspects the payloads of one camera and keeps its newest parameter sets, wherever they came from."""

    encoding = "H264"
    clock_rate_hz = 90_000

    def __init__(self, fmtp: str = "") -> None:
        """``fmtp``: the parameters of a camera's SDP; what is unreadable in them may still come in the stream."""
        self._sets = ParameterSets({SPS: 0, PPS: 1}, _KIND_OF)
        self._sets.keep_all(fields_of(fmtp).get("sprop-parameter-sets", "").split(","))

    @staticmethod
    def reads(fmtp: str) -> bool:
        """False for the interleaved mode (RFC 6184 §5.4), which nobody here could read."""
        return fields_of(fmtp).get("packetization-mode", "0") != "2"

    @property
    def parameter_sets(self) -> list[bytes]:
        """SPS and PPS units, the SPS first; empty while the camera has told none."""
        return self._sets.units

    @property
    def fmtp(self) -> str:
        """The parameters to offer to viewers (RFC 6184 §8.1)."""
        sets = self.parameter_sets
        offer = ["packetization-mode=1"]
        if sets and sets[0][0] & 31 == SPS and len(sets[0]) >= 4:
            offer.append(f"profile-level-id={sets[0][1:4].hex()}")
        if sets:
            offer.append("sprop-parameter-sets=" + ",".join(filter(None, map(self._sets.encoded, (0, 1)))))
        return ";".join(offer)

    def inspect(self, payload: bytes) -> int:
        """KEY when a key picture begins in this payload, PARAMETERS when it brings an SPS; ProtocolError on lies."""
        if len(payload) < 2:
            raise ProtocolError("RTP payload", "is too short for a NAL unit")
        kind = payload[0] & 31
        if kind == _FU_A:
            return KEY if payload[1] & 0x9F == 0x80 | _IDR else 0
        if kind == _STAP_A:
            return self._aggregate(payload)
        return self._single(payload)

    def _single(self, nal: bytes) -> int:
        kind = nal[0] & 31
        if kind in (SPS, PPS):
            self._sets.keep(nal)
            return PARAMETERS if kind == SPS else 0
        return KEY if kind == _IDR or (kind == _SEI and nal[1] == _RECOVERY_POINT) else 0

    def _aggregate(self, payload: bytes) -> int:
        flags = 0
        for unit in aggregated(payload, 1):
            flags |= self._single(unit)
        return flags
