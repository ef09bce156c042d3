"""`kapok copy`: pictures as a file, its hash on record before the file has its name (Articles 16, 18, 19)."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import form
from cli.cameras import CameraArgument
from cli.grounds import IncidentOption, LegalBasisOption
from cli.invocation import Context
from cli.recording import Recording, sha256
from cli.rtsp_pull import Pull, best_url
from cli.sessions import PurposeOption, Use, session_of
from kapok.streams.v1 import session_pb2, streams_service_pb2
from services.streams.relay.mp4 import TIMESCALE_HZ


@dataclass(frozen=True)
class Order:
    """A copy as it is asked for."""

    camera: CameraArgument
    seconds: Annotated[float, typer.Option(min=0.1, max=3600, help="How long.")]
    legal_basis: LegalBasisOption = None
    incident: IncidentOption = None
    purpose: PurposeOption = None
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file; CODE-TIME.mp4 without it.")] = None


@form
def copy(context: Context, order: Order) -> None:
    """Copy live pictures of CAMERA into an MP4 file. Its SHA-256 goes on record before the file appears."""
    target = order.output or Path(f"{order.camera[-20:]}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.mp4")
    use = Use(order.camera, order.purpose, order.legal_basis, order.incident)
    gateway = context.obj.gateway
    with _draft_of(target) as draft, session_of(gateway, use, session_pb2.Session.KIND_COPY) as opened:
        recording = _record(draft, Pull.open(best_url(opened), gateway.endpoints.ca), order.seconds)
        made = session_pb2.Copy(
            session=opened.session.name, sha256=sha256(draft), size_bytes=draft.stat().st_size,
            duration_ms=recording.ticks * 1000 // TIMESCALE_HZ,
        )  # fmt: skip
        gateway.call(streams_service_pb2.RecordCopyRequest(copy=made))
        draft.replace(target)
    context.obj.screen.fields(
        made, ("file", target), ("sha256", made.sha256), ("length", f"{made.duration_ms / 1000:.2f} s"),
        ("pictures", recording.pictures), ("left out", recording.lost_pictures or ""), ("bytes", made.size_bytes),
        ("session", made.session), ("allowed by", f"{opened.session.rule} ({opened.session.article})"),
    )  # fmt: skip


@contextmanager
def _draft_of(target: Path) -> Iterator[Path]:
    """An empty file beside ``target``; gone afterwards, unless it was renamed."""
    if target.exists():
        raise typer.BadParameter(f"{target} exists: choose another name with -o")
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        draft = Path(file.name)
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _record(draft: Path, opened: Pull, seconds: float) -> Recording:
    with closing(opened) as pull, draft.open("wb") as file:
        assert pull.track is not None
        recording = Recording(file, pull.track, round(seconds * TIMESCALE_HZ))
        for packet in pull.packets():
            if recording.push(packet):
                break
        recording.finish()
    return recording
