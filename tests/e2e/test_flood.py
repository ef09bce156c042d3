"""One agency asks for takeovers as fast as a process can: it is limited, others are unharmed, nothing is half-done."""

import json
import subprocess
import sys
from datetime import timedelta
from typing import Any

from demo.chapters import ahead, name_of
from demo.chapters.fire import COMMAND, DECLARER
from demo.city import TUNNEL_PTZ
from demo.platform import Platform
from kapok.permissions.v1 import permissions_service_pb2, takeover_pb2
from kapok.permissions.v1 import takeovers_service_pb2 as takeovers
from tests.e2e.ledger import newest
from tests.e2e.test_claims import declared
from tests.eventually import wait

CAMERA = name_of(TUNNEL_PTZ)
SECONDS = 2.0
POLICE = DECLARER


def flooded(stage: Platform, incident: str) -> tuple[Any, int]:
    """What the flood was answered, and how many calls of others were answered meanwhile; each of them must be."""
    wish = takeover_pb2.Takeover(
        cameras=[CAMERA], cause="CAUSE_ACCIDENT", reason="flood", incident=incident,
        end_time=ahead(timedelta(minutes=9)),
    )  # fmt: skip
    command = [sys.executable, "-m", "tests.e2e.flood", str(stage.home), COMMAND, str(SECONDS)]
    others = 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as flood:
        assert flood.stdin is not None
        assert flood.stdout is not None
        flood.stdin.write(takeovers.RequestTakeoverRequest(takeover=wish).SerializeToString())
        flood.stdin.close()
        while flood.poll() is None:
            state = stage.ask(POLICE, takeovers.GetControlStateRequest(name=f"{CAMERA}/controlState"))
            assert state.holder
            check = permissions_service_pb2.CheckRequest(camera=CAMERA, action="ACTION_LIVE")
            assert stage.ask(POLICE, check).decision.rule
            others += 2
        said = flood.stdout.read()
    assert flood.returncode == 0
    return json.loads(said), others


def overruns(stage: Platform) -> bytes:
    """The newest records that tell of calls beyond a limit."""
    facts = [fact.SerializeToString() for fact in newest(stage)]
    return b"".join(fact for fact in facts if b"LIMIT_REACHED" in fact and COMMAND.encode() in fact)


def test_a_flood_of_one_agency_is_limited_and_leaves_others_and_the_records_whole(stage: Platform) -> None:
    incident = declared(stage)
    try:
        answer, others = flooded(stage, incident)
        told, granted = answer["told"], answer["granted"]
        assert told["RESOURCE_EXHAUSTED LIMIT_REACHED"] > 100
        assert set(told) <= {"OK", "RESOURCE_EXHAUSTED LIMIT_REACHED"}, told
        assert answer["without_delay"] == 0, "each limit says when to come back"
        assert others > 0

        request = takeovers.ListTakeoversRequest(page_size=500)
        listed = [one for one in stage.ask(COMMAND, request).takeovers if one.reason == "flood"]
        assert {one.name for one in listed} == set(granted)
        assert {(one.taken_count, one.in_force_count) for one in listed} == {(1, 1)}
        state = stage.ask(POLICE, takeovers.GetControlStateRequest(name=f"{CAMERA}/controlState"))
        assert state.takeover == min(listed, key=lambda one: one.start_time.ToNanoseconds()).name
    finally:
        stage.ask(DECLARER, permissions_service_pb2.EndIncidentRequest(name=incident))
    limits = (b"takeovers by your agency", b"calls a second")
    wait(lambda: any(limit in overruns(stage) for limit in limits))
    assert not stage.ask(COMMAND, takeovers.ListTakeoversRequest()).takeovers
