"""A session's URL opens its own session, once, unaltered; and no log ever holds a token."""

from contextlib import closing
from urllib.parse import urlsplit

import pytest

from cli.rtsp_pull import Pull
from demo.chapters import first_camera, opened
from demo.platform import Platform, watching
from kapok.streams.v1 import streams_service_pb2 as streams
from services.chassis import errors

CAMERA = first_camera("440104", level=1)
WATCHER = "police-yuexiu"


def refused(url: str) -> errors.Error:
    with pytest.raises(errors.Error) as refusal, closing(Pull.open(url)):
        pass
    return refusal.value


def altered(url: str, at: int) -> str:
    """The URL with one character of its token changed."""
    head, _, token = url.partition("token=")
    at %= len(token)
    return f"{head}token={token[:at]}{'A' if token[at] != 'A' else 'B'}{token[at + 1 :]}"


@pytest.mark.parametrize("at", [0, 10, 40, 90, -5])
def test_an_altered_token_opens_nothing(stage: Platform, at: int) -> None:
    refusal = refused(altered(opened(stage, WATCHER, CAMERA).rtsp_url, at))
    assert refusal.reason in {"TOKEN_INVALID", "SERVICE_AWAY"}
    assert isinstance(refusal, errors.Denied)


@pytest.mark.parametrize("token", ["", "x", "%00", "A" * 4000, "éü"])
def test_garbage_for_a_token_opens_nothing(stage: Platform, token: str) -> None:
    url = opened(stage, WATCHER, CAMERA).rtsp_url.partition("token=")[0] + f"token={token}"
    assert isinstance(refused(url), errors.Denied | errors.FailedPrecondition)


def test_a_token_opens_no_other_session(stage: Platform) -> None:
    one, other = (opened(stage, WATCHER, CAMERA).rtsp_url for _ in range(2))
    swapped = one.partition("?")[0] + "?" + other.partition("?")[2]
    assert refused(swapped).reason == "TOKEN_INVALID"


def test_a_session_has_as_many_viewers_as_it_allows(stage: Platform) -> None:
    answer = opened(stage, WATCHER, CAMERA, viewer_limit=2)
    viewers = [watching(answer.rtsp_url) for _ in range(2)]
    assert all(viewer.await_pictures(5) for viewer in viewers)
    assert "joined already" in refused(answer.rtsp_url).message


def test_closing_a_session_ends_its_viewer_and_its_token(stage: Platform) -> None:
    answer = opened(stage, WATCHER, CAMERA)
    viewer = watching(answer.rtsp_url)
    assert viewer.await_pictures(5)
    with pytest.raises(errors.NotFound):
        stage.ask("police-tianhe", streams.CloseSessionRequest(name=answer.session.name))
    stage.ask(WATCHER, streams.CloseSessionRequest(name=answer.session.name))
    assert viewer.ended.wait(5)
    assert refused(answer.rtsp_url).reason == "TOKEN_INVALID"


def test_a_renewed_session_has_a_fresh_token(stage: Platform) -> None:
    answer = opened(stage, WATCHER, CAMERA)
    renewed = stage.ask(WATCHER, streams.RenewSessionRequest(name=answer.session.name))
    assert renewed.token != answer.token
    viewer = watching(renewed.rtsp_url)
    assert viewer.await_pictures(5), viewer.why


def test_no_log_holds_a_token(stage: Platform) -> None:
    answer = opened(stage, WATCHER, CAMERA)
    refused(altered(answer.rtsp_url, 20))
    viewer = watching(answer.rtsp_url)
    assert viewer.await_pictures(5)
    token = urlsplit(answer.rtsp_url).query.partition("=")[2]
    logs = [path for path in (stage.home / "logs").iterdir() if path.is_file()]
    assert logs
    assert not [path.name for path in logs if token[:60] in path.read_text(errors="replace")]
