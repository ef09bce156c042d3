"""What the relay must see of H.265 over RTP (RFC 7798): key pictures and parameter sets. Nothing is decoded. Pure."""

from services.rtsp.message import ProtocolError
from services.streams.relay.h264 import KEY, PARAMETERS
from services.streams.relay.nal import Packing, aggregated
from services.streams.relay.parameters import ParameterSets, fields_of

VPS, SPS, PPS = 32, 33, 34
_SEI, _AP, _FU = 39, 48, 49
_IRAP = range(16, 24)  # pictures where decoding may begin: BLA, IDR, CRA (H.265 §7.4.2.2)
_RECOVERY_POINT = 6  # the SEI of cameras that refresh little by little (H.265 D.3.8)
_HEADER_BYTES = 2
_KIND_OF = {first: first >> 1 & 63 for first in range(256)}
_SPROPS = ("sprop-vps", "sprop-sps", "sprop-pps")


def _header_of_fragment(payload: bytes) -> bytes:
    return bytes([payload[0] & 0x81 | (payload[2] & 63) << 1, payload[1]])


_SLICES = frozenset(range(32))
PACKING = Packing(_HEADER_BYTES, _KIND_OF, range(_AP), _SLICES, _AP, _FU, _header_of_fragment)


def kind(unit: bytes) -> int:
    """The type of a NAL unit, 0 to 63."""
    return unit[0] >> 1 & 63


class H265:
    """Inspects the payloads of one camera and keeps its newest parameter sets, wherever they came from."""

    encoding = "H265"
    clock_rate_hz = 90_000

    def __init__(self, fmtp: str = "") -> None:
        """``fmtp``: the parameters of a camera's SDP; what is unreadable in them may still come in the stream."""
        self._sets = ParameterSets({VPS: 0, SPS: 1, PPS: 2}, _KIND_OF)
        fields = fields_of(fmtp)
        for name in _SPROPS:
            self._sets.keep_all(fields.get(name, "").split(","))

    @staticmethod
    def reads(fmtp: str) -> bool:
        """False for decoding order numbers before each unit (RFC 7798 §4.4), which nobody here could read."""
        return fields_of(fmtp).get("sprop-max-don-diff", "0") == "0"

    @property
    def parameter_sets(self) -> list[bytes]:
        """VPS, SPS and PPS units in this order; empty while the camera has told none."""
        return self._sets.units

    @property
    def fmtp(self) -> str:
        """The parameters to offer to viewers (RFC 7798 §7.1); empty while nothing is known."""
        told = ((name, self._sets.encoded(rank)) for rank, name in enumerate(_SPROPS))
        return ";".join(f"{name}={sets}" for name, sets in told if sets)

    def inspect(self, payload: bytes) -> int:
        """KEY when a key picture begins in this payload, PARAMETERS when it brings an SPS; ProtocolError on lies."""
        if len(payload) <= _HEADER_BYTES:
            raise ProtocolError("RTP payload", "is too short for a NAL unit")
        form = payload[0] >> 1 & 63
        if form == _FU:
            first = payload[2]
            return KEY if first & 0xC0 == 0x80 and first & 63 in _IRAP else 0
        if form == _AP:
            return self._aggregate(payload)
        return self._single(payload)

    def _single(self, nal: bytes) -> int:
        its = nal[0] >> 1 & 63
        if VPS <= its <= PPS:
            self._sets.keep(nal)
            return PARAMETERS if its == SPS else 0
        return KEY if its in _IRAP or (its == _SEI and nal[2] == _RECOVERY_POINT) else 0

    def _aggregate(self, payload: bytes) -> int:
        flags = 0
        for unit in aggregated(payload, _HEADER_BYTES):
            flags |= self._single(unit)
        return flags
