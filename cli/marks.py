"""`kapok mark read`: the sessions that a recording was made in, by the marks in its key pictures.

A mark stands in a file as it stood in the stream, so any file is read as bytes: byte streams, MP4, Matroska, captured
packets, whole or torn. MPEG-TS alone cuts it in pieces, and is put together first.
"""

import mmap
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cli.invocation import Context
from services.cell.keys import Keys
from services.chassis.errors import InvalidArgument, Violation
from services.chassis.signing import Verifier
from services.streams.relay.mark import MARK_BYTES, PURPOSE, Mark, marks

group = typer.Typer(no_args_is_help=True, help="The marks of sessions in recordings: read.")
_PACKET_BYTES, _SYNC = 188, 0x47  # ISO/IEC 13818-1 §2.4.3.2
_STEPS = (_PACKET_BYTES, _PACKET_BYTES + 4)  # from packet to packet; some recorders put a time before each
_PACKETS_AT_ONCE = 10_000
_FORGED = "forged: not by streams"


@group.command("read")
def read(
    context: Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Any recording.")],
    key: Annotated[
        Path | None, typer.Option(help="Streams' public key, in hexadecimal digits; without it the home's.")
    ] = None,
) -> None:
    """Say which sessions FILE was recorded in. Exit code 1 when it bears no mark, or one that is forged."""
    with _bytes_of(file) as data:
        found = Counter(mark for part in _parts(data) for _, mark in marks(part))
    verifier = _verifier(key or Keys(context.obj.home / "keys").public("streams"), is_asked=key is not None)
    rows = [(f"sessions/{mark.session}", count, _judged(mark, verifier)) for mark, count in found.items()]
    names = "session", "keyPictures", "signature"
    document = {"marks": [dict(zip(names, row, strict=True)) for row in rows]}
    if rows:
        context.obj.screen.table(document, ("session", "key pictures", "signature"), rows)
    else:
        context.obj.screen.line(f"{file} bears no mark: its pictures were not marked, or were encoded anew")
        if context.obj.screen.is_json:
            context.obj.screen.document(document)
    if not rows or any(judged == _FORGED for _, _, judged in rows):
        raise typer.Exit(1)


def _judged(mark: Mark, verifier: Verifier | None) -> str:
    if not mark.signature:
        return "none"
    if verifier is None:
        return "not checked: name streams' public key with --key"
    return "by streams" if verifier.is_signed(PURPOSE, mark.session.encode(), mark.signature) else _FORGED


def _verifier(path: Path, *, is_asked: bool) -> Verifier | None:
    """None where the home has no such key, and nobody named one."""
    if not is_asked and not path.exists():
        return None
    try:
        return Verifier(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except ValueError:
        raise InvalidArgument(Violation("key", f"{path} must be a public key of 64 hexadecimal digits")) from None


@contextmanager
def _bytes_of(file: Path) -> Iterator[bytes | mmap.mmap]:
    """The file's bytes, which are not all in memory at once."""
    with file.open("rb") as opened:
        if not file.stat().st_size:
            yield b""
            return
        with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def _parts(data: bytes | mmap.mmap) -> Iterator[bytes | mmap.mmap]:
    """What marks stand in without a break, each once."""
    packets = _packets(data)
    if not packets:
        yield data
        return
    rests: dict[int, bytes] = {}  # of each stream, too short to hold a whole mark
    for start in range(0, len(packets), _PACKETS_AT_ONCE):
        streams: dict[int, list[bytes]] = {}
        for at in packets[start : start + _PACKETS_AT_ONCE]:
            _take(data[at : at + _PACKET_BYTES], streams)
        for stream, payloads in streams.items():
            joined = rests.get(stream, b"") + b"".join(payloads)
            rests[stream] = joined[1 - MARK_BYTES :]
            yield joined


def _packets(data: bytes | mmap.mmap) -> range:
    """Where those of MPEG-TS begin; none in any other file."""
    for step in _STEPS:
        for first in range(min(step, max(0, len(data) - 5 * step))):
            if all(data[first + i * step] == _SYNC for i in range(5)):
                return range(first, len(data), step)
    return range(0)


def _take(packet: bytes, streams: dict[int, list[bytes]]) -> None:
    """The payload of one packet to those of its stream."""
    if len(packet) < _PACKET_BYTES or packet[0] != _SYNC or not packet[3] & 0x10:
        return
    start = 5 + packet[4] if packet[3] & 0x20 else 4  # behind an adaptation field
    streams.setdefault(int.from_bytes(packet[1:3], "big") & 0x1FFF, []).append(packet[start:])
