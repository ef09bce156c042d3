"""What a cell lives through around a disaster: before the backup, after it, and once it was put back."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest

from demo.chapters import ahead, first_camera, name_of, opened
from demo.city import TUNNEL_PTZ
from demo.papers import letter
from demo.platform import Platform, watching
from kapok.permissions.v1 import permissions_service_pb2 as permissions
from kapok.permissions.v1 import takeover_pb2
from kapok.permissions.v1 import takeovers_service_pb2 as takeovers
from kapok.streams.v1 import streams_service_pb2 as streams
from services.chassis import errors

POLICE = "police-guangzhou"
REVOKED, LATER = "police-yuexiu", "police-tianhe"  # before the backup, and after it
OF_LATER = first_camera("440106", level=1)


@dataclass(frozen=True)
class Answered:
    """What was answered before the backup."""

    takeover: str
    papers: str
    records: int


def verified(stage: Platform) -> int:
    """The records of the ordinary book, which holds."""
    said = stage.kapok("--as", POLICE, "--json", "audit", "verify")
    assert said.returncode == 0, said.stdout + said.stderr
    return int(json.loads(said.stdout)["records"])


def live_before(stage: Platform) -> Answered:
    """Somebody is revoked, papers are registered, a camera is taken over, a session opened."""
    revoke(stage, REVOKED)
    basis = letter(POLICE, "穗公函〔2026〕9号", [name_of(TUNNEL_PTZ)], "somebody lit it")
    papers = stage.ask(POLICE, permissions.RegisterLegalBasisRequest(legal_basis=basis)).name
    takeover = take(stage, papers)
    assert watching(opened(stage, POLICE, OF_LATER).rtsp_url).await_pictures(25)
    return Answered(takeover, papers, verified(stage))


def live_after(stage: Platform, answered: Answered) -> int:
    """What no backup has: control passes twice more, somebody is revoked. The epoch of the last command."""
    stage.ask(POLICE, takeovers.ReleaseTakeoverRequest(name=answered.takeover))
    take(stage, answered.papers)
    revoke(stage, LATER)
    return moved(stage)


def is_back(stage: Platform, answered: Answered, epoch: int) -> None:
    """The ledger holds, what was answered before the backup is there, and numbers go on above what was given since."""
    assert verified(stage) >= answered.records
    found = stage.ask(POLICE, takeovers.GetTakeoverRequest(name=answered.takeover))
    assert [one.camera for one in found.taken if one.is_holding] == [name_of(TUNNEL_PTZ)]
    with pytest.raises(errors.Error, match="revoked"):
        opened(stage, REVOKED, OF_LATER)
    assert moved(stage) > epoch, "the camera was commanded under that one"
    viewer = watching(opened(stage, LATER, OF_LATER).rtsp_url)  # was revoked after the backup: that is lost
    assert viewer.await_pictures(25), viewer.why
    revoke(stage, LATER)
    assert viewer.ended.wait(5), "relays do not hear what ends from now on"


def take(stage: Platform, papers: str) -> str:
    """Take the tunnel's camera over; the takeover's name."""
    takeover = takeover_pb2.Takeover(
        cameras=[name_of(TUNNEL_PTZ)], cause="CAUSE_LAW_ENFORCEMENT", reason="somebody lit it", legal_basis=papers,
        end_time=ahead(timedelta(hours=1)),
    )  # fmt: skip
    return str(stage.ask(POLICE, takeovers.RequestTakeoverRequest(takeover=takeover)).name)


def moved(stage: Platform) -> int:
    """The epoch under which its holder moved it."""
    request = streams.MoveCameraRequest(camera=name_of(TUNNEL_PTZ), pan=0.0)
    return int(stage.ask(POLICE, request).epoch)


def revoke(stage: Platform, name: str) -> None:
    """End a principal's every right."""
    stage.ask(POLICE, permissions.RevokePrincipalRequest(name=f"principals/{name}", reason="its key was stolen"))
