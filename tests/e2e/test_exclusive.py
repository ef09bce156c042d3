"""An exclusive takeover: who ranks below stops receiving and goes on by itself, and the duty view never stops."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import imageio_ffmpeg

from demo.chapters import first_camera, name_of, opened, refused
from demo.papers import letter
from demo.platform import Platform, watching
from kapok.permissions.v1 import permissions_service_pb2
from kapok.streams.v1 import relay_pb2, session_pb2, streams_service_pb2
from tests.e2e.ledger import newest
from tests.eventually import wait

HOLDER, BELOW, EQUAL = "police-guangzhou", "urban-yuexiu", "police-yuexiu"
CAMERA = first_camera("440104", level=1)
OPERATOR = CAMERA.operator
WHY = "a hostage taking: nobody who is not needed is to see"
SUSPENDED, OPEN = session_pb2.Session.STATE_SUSPENDED, session_pb2.Session.STATE_OPEN


@dataclass
class Foreign:
    """ffmpeg at work: the pictures that it decoded so far, as it says twice a second."""

    pictures: int = 0

    def follow(self, said: Iterator[str]) -> None:
        for line in said:
            if found := re.fullmatch(r"frame=\s*(\d+)\s*", line):
                self.pictures = int(found[1])


@contextmanager
def ffmpeg(url: str) -> Iterator[Foreign]:
    """A player that is not ours, on a connection that stays for as long as it is inside."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", url]
    command += ["-progress", "pipe:1", "-f", "null", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        player = Foreign()
        reader = threading.Thread(target=player.follow, args=(iter(process.stdout),))
        reader.start()
        try:
            yield player
            assert process.poll() is None, "its connection did not stay"
        finally:
            process.kill()
            reader.join()


def state(stage: Platform, principal: str, name: str) -> session_pb2.Session:
    """A session of the principal's, as its owner sees it."""
    found = stage.ask(principal, streams_service_pb2.ListSessionsRequest(page_size=100)).sessions
    return next(one for one in found if one.name == name)


def recorded(stage: Platform, session: str) -> list[tuple[str, relay_pb2.SessionSuspension]]:
    """What the ledger has of the suspensions of a session, in order."""
    found = []
    for fact in reversed(newest(stage)):
        said = relay_pb2.SessionSuspension()
        if fact.session == session and fact.snapshot.Unpack(said):
            assert fact.article == "Article 18"
            found.append((fact.kind, said))
    return found


def test_who_ranks_below_stops_receiving_and_goes_on_by_itself_and_the_duty_view_never_stops(stage: Platform) -> None:
    basis = letter(HOLDER, "穗公函〔2026〕9号", [name_of(CAMERA)], "a hostage taking")
    papers = stage.ask(HOLDER, permissions_service_pb2.RegisterLegalBasisRequest(legal_basis=basis)).name
    below, foreign = (opened(stage, BELOW, CAMERA) for _ in range(2))
    lower = watching(below.rtsp_url)
    duty = watching(opened(stage, OPERATOR, CAMERA, purpose="PURPOSE_OPERATION_DUTY").rtsp_url)
    equal = watching(opened(stage, EQUAL, CAMERA).rtsp_url)
    with ffmpeg(foreign.rtsp_url) as player:
        for viewer in (lower, duty, equal):
            assert viewer.await_pictures(25), viewer.why
        wait(lambda: player.pictures)

        request = ("request", CAMERA.code, "--cause", "law-enforcement", "--reason", "hostages")
        asked = stage.kapok("--as", HOLDER, "--json", "takeover", *request, "--legal-basis", papers, "--exclusive", WHY)
        assert asked.returncode == 0, asked.stderr
        takeover = json.loads(asked.stdout)["name"]
        for session in (below.session.name, foreign.session.name):
            wait(lambda session=session: state(stage, BELOW, session).state == SUSPENDED)
        told = state(stage, BELOW, below.session.name)
        assert (told.suspended_by, told.HasField("suspend_until")) == (f"agencies/{HOLDER}", True)
        assert duty.await_pictures(duty.pictures + 50), duty.why  # what ffmpeg had waiting it has decoded and told
        paused, decoded = lower.pictures, player.pictures
        assert duty.await_pictures(duty.pictures + 50), duty.why
        assert equal.await_pictures(equal.pictures + 1), equal.why
        assert (lower.pictures, player.pictures) == (paused, decoded), "nothing came though the camera went on"
        assert not lower.ended.is_set(), lower.why

        with refused("HELD_BY_ANOTHER", f"agencies/{HOLDER}", "Article 18", told.suspend_until.ToJsonString()[:16]):
            opened(stage, BELOW, CAMERA)
        shown = stage.kapok("--as", OPERATOR, "takeover", "show", takeover)
        assert WHY in shown.stdout
        assert "goes on" in shown.stdout

        assert stage.kapok("--as", HOLDER, "takeover", "release", takeover).returncode == 0
        assert lower.await_pictures(paused + 25), lower.why
        wait(lambda: player.pictures > decoded)
    wait(lambda: state(stage, BELOW, below.session.name).state == OPEN)
    wait(
        lambda: (
            [kind for kind, _ in recorded(stage, below.session.name)]
            == ["relay.session.suspended", "relay.session.resumed"]
        )
    )
    for _, said in recorded(stage, below.session.name):
        assert (said.takeover, said.agency, said.viewers) == (takeover, f"agencies/{HOLDER}", 1)
    assert stage.kapok("--as", HOLDER, "audit", "verify").returncode == 0
