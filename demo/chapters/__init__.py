"""The chapters of the story: each function is one step, asserts what must hold, and returns what happened in words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from demo.city import CAMERAS, Camera
from demo.platform import Platform
from kapok.streams.v1 import session_pb2, streams_service_pb2
from services.chassis import errors

Opened = streams_service_pb2.OpenSessionResponse


@contextmanager
def refused(reason: str, *articles: str) -> Iterator[list[str]]:
    """What is inside must be refused for ``reason``, the refusal naming each article; yields where the words go."""
    words: list[str] = []
    refusal: errors.Error | None = None
    try:
        yield words
    except errors.Error as caught:
        refusal = caught
    assert refusal is not None, f"not refused, though it should be for {reason}"
    assert refusal.reason == reason, f"refused, but for {refusal.reason}: {refusal.message}"
    told = f"{refusal.message} {refusal.metadata}"
    assert all(article in told for article in articles), f"{articles} not named in: {told}"
    rule = refusal.metadata.get("rule", "")
    words.append(f"{refusal.reason}{f' by {rule}' if rule else ''}: {refusal.message}")


def name_of(camera: Camera) -> str:
    """The camera's resource name."""
    return f"districts/{camera.district}/cameras/{camera.code}"


def first_camera(district: str, level: int) -> Camera:
    """A camera of that district and level."""
    return next(camera for camera in CAMERAS if (camera.district, camera.level) == (district, level))


def ahead(delta: timedelta) -> Timestamp:
    """A moment from now."""
    moment = Timestamp()
    moment.FromDatetime(datetime.now(UTC) + delta)
    return moment


def opened(stage: Platform, principal: str, camera: Camera, **facts: str | int) -> Opened:
    """A live session of ``principal``, or the refusal as errors.Error."""
    wanted = session_pb2.Session(
        camera=name_of(camera),
        **{"kind": "KIND_LIVE", "purpose": "PURPOSE_PUBLIC_ORDER"} | facts,  # type: ignore[arg-type] # enum names
    )
    answer = stage.ask(principal, streams_service_pb2.OpenSessionRequest(session=wanted))
    assert isinstance(answer, Opened)
    return answer


def allowed_by(answer: Opened) -> str:
    """The rule and the article of a session, in words."""
    article = re.sub(r"\s+", " ", answer.session.article)
    return f"allowed by {answer.session.rule} ({article})"
