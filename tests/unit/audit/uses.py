"""Facts of uses, as streams tells them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.chassis.clock import ManualClock
from services.streams import commands
from services.streams.commands import Command
from services.streams.copies import Copy
from services.streams.domain import Kind, Purpose, Session, closed
from services.streams.events import FactEncoder
from services.streams.events.commands import CommandEncoder
from services.streams.ports import ControlPermit
from services.streams.relocation import Former

NOW = datetime(2026, 1, 1, 8, tzinfo=UTC)
CAMERA = "districts/440104/cameras/44010400001320000017"
OTHER = "districts/440104/cameras/44010400001320000018"
POLICE, METRO = "principals/police-yuexiu", "principals/metro"


def session(number: int = 1, minutes: float = 0, **fields: object) -> Session:
    """An hour of the police's looking at a camera, opened so many minutes from NOW."""
    at = NOW + timedelta(minutes=minutes)
    opened = Session(
        name=f"sessions/{number:036}", camera=CAMERA, kind=Kind.LIVE, purpose=Purpose.PUBLIC_ORDER, legal_basis="",
        incident="", principal=POLICE, agency="agencies/police-yuexiu", rule="art14-live-district-police",
        article="Article 14 ¶1", number=1, is_sealed=False, viewer_limit=1, relay="relay-1", opened_at=at,
        expires_at=at + timedelta(hours=1),
    )  # fmt: skip
    return replace(opened, **fields)  # type: ignore[arg-type] # fields by name


def ended(of: Session, minutes: float, reason: str = "closed by its owner") -> Session:
    """The same, closed so many minutes from NOW."""
    return closed(of, reason, NOW + timedelta(minutes=minutes))


def told(verb: str, of: Session) -> bytes:
    """The fact of a session."""
    return FactEncoder(ManualClock(NOW)).session(verb, of).payload


def copied(of: Session, sha256: str = "a" * 64) -> bytes:
    """The fact of a copy that went out."""
    return FactEncoder(ManualClock(NOW)).copy(Copy(of.name, sha256, 1000, 2000), of).payload


def handed_over(of: Session) -> bytes:
    """The fact of a session that has come to another relay."""
    return FactEncoder(ManualClock(NOW)).moved(of, Former("relay-0", "relay lost", NOW)).payload


def moved(minutes: float, principal: str = METRO, camera: str = CAMERA, *, is_sealed: bool = False) -> bytes:
    """The fact of a command to a camera."""
    permit = ControlPermit(b"", "art20-control-own", "Article 20", is_sealed, "agencies/metro", "takeovers/1")
    at = ManualClock(NOW + timedelta(minutes=minutes))
    return CommandEncoder(at).move_ordered(principal, camera, Command(commands.Kind.MOVE, 0.1), permit).payload
