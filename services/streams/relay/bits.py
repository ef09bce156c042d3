"""Bits of a parameter set, most significant first (ITU-T H.264 §7.2 and §9.1, H.265 the same). Pure.

A camera sends them, so they are hostile: running out of bits is a ProtocolError, and so is a number too long.
"""

from services.rtsp.message import ProtocolError


class Bits:
    """Reads a NAL unit's bits after its emulation prevention bytes are gone (§7.4.1.1)."""

    def __init__(self, nal: bytes) -> None:
        data = nal.replace(b"\0\0\3", b"\0\0")
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        """The next ``count`` bits as a number."""
        if count > self._left:
            raise ProtocolError("SPS", "ends before its fields do")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def unsigned(self) -> int:
        """Exp-Golomb, §9.1."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 31:
                raise ProtocolError("SPS", "holds a number of more than 32 bits")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        """Exp-Golomb, §9.1.1."""
        code = self.unsigned()
        return (code + 1) // 2 if code & 1 else -(code // 2)
