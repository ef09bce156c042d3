"""What the relay must see of H.264 over RTP (RFC 6184): key pictures and parameter sets. Nothing is decoded. Pure."""

import base64
import binascii

from services.rtsp.message import ProtocolError

KEY, PARAMETERS = 1, 2  # flags that `inspect` returns, or-ed
_IDR, _SEI, _SPS, _PPS, _STAP_A, _FU_A = 5, 6, 7, 8, 24, 28
_RECOVERY_POINT = 6  # the SEI that cameras without IDR pictures send where decoding may begin (H.264 D.2.8)
_SETS_MOST, _SET_BYTES_MOST = 16, 4096


class H264:
    """Inspects the payloads of one camera and keeps its newest parameter sets, wherever they came from."""

    encoding = "H264"
    clock_rate_hz = 90_000

    def __init__(self, fmtp: str = "") -> None:
        """``fmtp``: the parameters of a camera's SDP; what is unreadable in them may still come in the stream."""
        self._sets: dict[bytes, None] = {}
        fields = dict(part.strip().partition("=")[::2] for part in fmtp.split(";"))
        for text in fields.get("sprop-parameter-sets", "").split(",")[:_SETS_MOST]:
            try:
                nal = base64.b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                continue
            if nal and nal[0] & 31 in (_SPS, _PPS):
                self._keep(nal)

    @property
    def parameter_sets(self) -> list[bytes]:
        """SPS and PPS units, the SPS first; empty while the camera has told none."""
        return sorted(self._sets, key=lambda nal: nal[0] & 31)

    @property
    def fmtp(self) -> str:
        """The parameters to offer to viewers (RFC 6184 §8.1)."""
        sets = self.parameter_sets
        offer = ["packetization-mode=1"]
        if sets and sets[0][0] & 31 == _SPS and len(sets[0]) >= 4:
            offer.append(f"profile-level-id={sets[0][1:4].hex()}")
        if sets:
            offer.append("sprop-parameter-sets=" + ",".join(base64.b64encode(nal).decode() for nal in sets))
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
        if kind in (_SPS, _PPS):
            self._keep(nal)
            return PARAMETERS if kind == _SPS else 0
        return KEY if kind == _IDR or (kind == _SEI and nal[1] == _RECOVERY_POINT) else 0

    def _aggregate(self, payload: bytes) -> int:
        flags, at, end = 0, 1, len(payload)
        while at < end:
            start = at + 2
            at = start + int.from_bytes(payload[at:start], "big")
            if at > end or at < start + 2:
                raise ProtocolError("STAP-A", "a unit's length reaches beyond its packet")
            flags |= self._single(payload[start:at])
        return flags

    def _keep(self, nal: bytes) -> None:
        """The newest set of a kind comes last, so that a decoder which reads them in order ends with it."""
        if len(nal) > _SET_BYTES_MOST:
            return
        if nal[0] & 31 == _SPS and nal not in self._sets:
            self._sets.clear()  # a new sequence: the old PPS refer to what is gone
        self._sets.pop(nal, None)
        self._sets[nal] = None
        while len(self._sets) > _SETS_MOST:
            del self._sets[next(iter(self._sets))]
