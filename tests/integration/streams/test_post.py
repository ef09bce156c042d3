"""The post between a relay and a camera: the fence is asked before each request, and an answer leads nowhere."""

import ipaddress
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import web

from services.chassis.clock import ManualClock
from services.chassis.errors import Aborted, Denied, FailedPrecondition, Unavailable
from services.streams.relay.control import Turn
from services.streams.relay.helm import ControlAddress, Helms
from services.streams.relay.post import Letter, Post, accepted, client

CAMERA = "districts/1/cameras/1"
CHALLENGE = {"WWW-Authenticate": 'Digest realm="camera", nonce="n", qop="auth", algorithm=MD5'}


@dataclass
class Door:
    """A camera's HTTP side: asks for a login, and does ``meanwhile`` before it does."""

    meanwhile: Callable[[], object] = lambda: None
    answer: web.Response | None = None
    asked: list[str] = field(default_factory=list)
    port: int = 0

    async def open(self, request: web.Request) -> web.Response:
        """A request."""
        self.asked.append(request.path)
        if self.answer is not None:
            return self.answer
        if "Authorization" in request.headers:
            return web.Response(text="moved")
        self.meanwhile()
        return web.Response(status=401, headers=CHALLENGE)


@dataclass
class Stand:
    """A post before that door, and a turn under epoch 5."""

    door: Door
    post: Post
    clock: ManualClock = field(default_factory=ManualClock)
    helms: Helms = field(default_factory=Helms)

    def __post_init__(self) -> None:
        self.turn = Turn(self.clock, CAMERA, self.helms.take(CAMERA, 5, 0), 5, 2.0)
        self.letter = Letter(ControlAddress(f"http://127.0.0.1:{self.door.port}/ptz", "admin", "geheim"), "/ptz")


@pytest_asyncio.fixture
async def stand() -> AsyncIterator[Stand]:
    door, app = Door(), web.Application()
    app.router.add_route("*", "/{path:.*}", door.open)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        door.port = int(runner.addresses[0][1])
        async with client() as session:
            yield Stand(door, Post(session, (ipaddress.ip_network("127.0.0.0/8"),)))
    finally:
        await runner.cleanup()


async def test_a_login_takes_two_requests_and_is_one_command(stand: Stand) -> None:
    assert (await stand.post.send(stand.letter, stand.turn)).body == b"moved"
    assert stand.door.asked == ["/ptz", "/ptz"]


async def test_a_login_is_not_finished_once_control_has_passed_on(stand: Stand) -> None:
    stand.door.meanwhile = lambda: stand.helms.take(CAMERA, 6, 0)
    with pytest.raises(Aborted):
        await stand.post.send(stand.letter, stand.turn)
    assert stand.door.asked == ["/ptz"]


async def test_a_login_is_not_finished_once_the_grant_has_run_out(stand: Stand) -> None:
    stand.door.meanwhile = lambda: stand.clock.advance(timedelta(seconds=2))
    with pytest.raises(Denied):
        await stand.post.send(stand.letter, stand.turn)
    assert stand.door.asked == ["/ptz"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_no_redirect_is_followed(stand: Stand, status: int) -> None:
    stand.door.answer = web.Response(status=status, headers={"Location": "/elsewhere"})
    answer = await stand.post.send(stand.letter, stand.turn)
    assert stand.door.asked == ["/ptz"]
    with pytest.raises(FailedPrecondition):
        accepted(answer)


async def test_an_answer_beyond_the_limit_is_not_read(stand: Stand) -> None:
    stand.door.answer = web.Response(body=b"x" * 65_537)
    with pytest.raises(Unavailable, match="65536"):
        await stand.post.send(stand.letter, stand.turn)
    stand.door.answer = web.Response(body=b"x" * 65_536)
    assert len((await stand.post.send(stand.letter, stand.turn)).body) == 65_536


@pytest.mark.parametrize(
    "challenge", ["Digest", "Digest realm", 'Digest realm="x", nonce="n", algorithm=NONE', "x" * 100]
)
async def test_a_challenge_that_can_not_be_met_fails_the_command(stand: Stand, challenge: str) -> None:
    stand.door.answer = web.Response(status=401, headers={"WWW-Authenticate": challenge})
    with pytest.raises(Unavailable):
        accepted(await stand.post.send(stand.letter, stand.turn))
