"""Sessions through the gateway: what an agency is told that opens too many."""

import json
from datetime import timedelta

import pytest

from demo.chapters import first_camera, name_of, opened
from demo.platform import Platform
from kapok.streams.v1 import streams_service_pb2 as pb
from services.chassis import errors
from tests.e2e.test_rest import ask

WATCHER = "police-guangzhou"
SECOND, THIRD = first_camera("440104", level=1), first_camera("440104", level=3)


def close(stage: Platform, who: str, session: str) -> None:
    stage.ask(who, pb.CloseSessionRequest(name=session))


def test_who_asks_for_more_viewers_than_it_may_have_is_told_which_limit_and_when_to_come_back(stage: Platform) -> None:
    first = opened(stage, WATCHER, SECOND, viewer_limit=600).session
    try:
        with pytest.raises(errors.Exhausted) as refusal:
            opened(stage, WATCHER, THIRD, viewer_limit=600)
        assert refusal.value.metadata["limit"] == "principal-viewers"
        assert refusal.value.retry_after
        assert refusal.value.retry_after <= timedelta(hours=1, seconds=1), "no session lasts longer"
        session = {"camera": name_of(THIRD), "kind": "KIND_LIVE", "purpose": "PURPOSE_PUBLIC_ORDER", "viewerLimit": 600}
        status, said = ask(stage, WATCHER, "/v1/sessions:open", {"session": session})
        assert status == 429
        assert "principal-viewers" in json.dumps(said)
        told = stage.kapok("--as", WATCHER, "watch", THIRD.code, "--viewers", "600")
        assert told.returncode != 0
        assert "retry     after" in told.stderr
    finally:
        close(stage, WATCHER, first.name)
    close(stage, WATCHER, opened(stage, WATCHER, THIRD, viewer_limit=600).session.name)
