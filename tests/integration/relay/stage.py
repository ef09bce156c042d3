"""The stage of the relay's tests: a relay of its own, an open gate, and a client that speaks RTSP byte by byte."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.cell.authority import Authority
from services.chassis.errors import Error
from services.chassis.settings import Network
from services.chassis.tls import Files, Renewed
from services.rtsp.message import Headers, Interleaved, Parser, Request, Response
from services.streams.relay.browser import Browser
from services.streams.relay.connection import LOOPBACK, Connection, House, Manners
from services.streams.relay.counters import Counters
from services.streams.relay.ender import Ender
from services.streams.relay.gate import Admission, Peer
from services.streams.relay.intake import Patience, SourceSpec
from services.streams.relay.mark import Marking
from services.streams.relay.program import Program
from services.streams.relay.server import Door, Server, listen
from services.streams.relay.source import Habits, Source
from services.streams.relay.viewer import Viewer
from services.streams.relay.wire import PlainWire, SecureWire, context

ORIGIN = "https://kapok.example"
HASTY = Habits(
    patience=Patience(step=timedelta(seconds=1), silence=timedelta(seconds=1)),
    linger=timedelta(seconds=0.2),
    first_key=timedelta(seconds=5),
    retry_first=timedelta(seconds=0.05),
    retry_most=timedelta(seconds=0.2),
)


@dataclass
class OpenGate:
    """Admits everybody to the camera that the path names, or refuses with ``refusal``; remembers what it was told.

    ``markings`` are those of the next to come, one each.
    """

    refusal: Error | None = None
    admitted: list[str] = field(default_factory=list)
    viewers: list[Viewer] = field(default_factory=list)
    farewells: list[str] = field(default_factory=list)
    may_open: asyncio.Event = field(default_factory=asyncio.Event)
    markings: list[Marking] = field(default_factory=list)
    on_opened: Callable[[Viewer], None] = lambda viewer: None

    async def admit(self, target: str, _peer: Peer) -> Admission:
        if self.refusal is not None:
            raise self.refusal
        self.admitted.append(target)
        marking = self.markings.pop(0) if self.markings else Marking()
        return Admission("session-1", target.partition("?")[0].rpartition("/")[2], None, marking)

    async def opened(self, _admission: Admission, viewer: Viewer) -> None:
        await self.may_open.wait()
        self.viewers.append(viewer)
        self.on_opened(viewer)

    def closed(self, _admission: Admission, _viewer: Viewer, why: str) -> None:
        self.farewells.append(why)


@dataclass
class Stage:
    """A running relay; `add` registers a camera under a name."""

    gate: OpenGate
    counters: Counters
    ender: Ender
    tasks: asyncio.TaskGroup
    habits: Habits
    port: int = 0
    web_port: int = 0
    grpc_port: int = 0
    secure_port: int = 0
    secure_web_port: int = 0
    secure_grpc_port: int = 0
    ca: Path = Path()
    authority: Authority | None = None
    sources: dict[str, Source] = field(default_factory=dict)

    def source(self, camera: str) -> Source:
        return self.sources[camera]

    def add(self, camera: str, uri: str, password: str = "") -> Source:
        spec = SourceSpec(uri, LOOPBACK, "admin" if password else "", password)
        self.sources[camera] = Source(spec, self.tasks, self.counters, self.habits)
        return self.sources[camera]

    def url(self, camera: str) -> str:
        return f"rtsp://127.0.0.1:{self.port}/s/{camera}?token=abc.def"

    def secure(self, camera: str) -> str:
        return f"rtsps://127.0.0.1:{self.secure_port}/s/{camera}?token=abc.def"

    def web(self, camera: str) -> str:
        return f"ws://127.0.0.1:{self.web_port}/s/{camera}"


@asynccontextmanager
async def relay(
    habits: Habits = HASTY,
    manners: Manners | None = None,
    door: Door | None = None,
    origin: str = ORIGIN,
    plain_networks: tuple[Network, ...] = LOOPBACK,
    *,
    has_datagrams: bool = False,
) -> AsyncIterator[Stage]:
    """A relay on a free port of loopback, stopped and checked for leftovers at the end."""
    door = replace(door or Door(), port=0)
    gate, counters = OpenGate(), Counters()
    gate.may_open.set()
    with TemporaryDirectory() as certificates, Ender() as ender:
        async with asyncio.TaskGroup() as tasks:
            stage = Stage(gate, counters, ender, tasks, habits)
            house = House(
                gate, stage, counters, manners or Manners(), frozenset({origin}), plain_networks, has_datagrams
            )
            authority = Authority.open(Path(certificates), datetime.now(UTC))
            stage.authority, stage.ca, shown = authority, authority.own.certificate, authority.relay("relay-1")
            files = Files(None, shown.certificate, shown.key, "viewers")
            secure = replace(door, tls=Renewed(files, context).current)
            ways = [(door, Connection), (door, Browser), (secure, Connection), (secure, Browser), (door, Program)]
            ways.append((replace(door, tls=Renewed(files, partial(context, speaks="h2")).current), Program))
            listeners = [listen(way) for way, _ in ways]
            ports = [listener.getsockname()[1] for listener in listeners]
            (
                stage.port,
                stage.web_port,
                stage.secure_port,
                stage.secure_web_port,
                stage.grpc_port,
                stage.secure_grpc_port,
            ) = ports
            servers = [
                Server(listener, way, house, ender, talk) for listener, (way, talk) in zip(listeners, ways, strict=True)
            ]
            serving = [tasks.create_task(server.run()) for server in servers]
            yield stage
            for task in serving:
                task.cancel()
    assert (counters.viewers, counters.connections, counters.sources) == (0, 0, 0)


class Client:
    """A viewer written for tests: it sees each message as it came."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self._wire = SecureWire(connection) if isinstance(connection, ssl.SSLSocket) else PlainWire(connection)
        self.parser = Parser()
        self.packets: list[Interleaved] = []
        self._cseq = 0
        self._session: dict[str, str] = {}

    async def ask(self, method: str, uri: str, **headers: str) -> Response:
        self._cseq += 1
        fields = {"CSeq": str(self._cseq), **self._session, **headers}
        request = Request(method, uri, Headers(fields)).encode()
        assert self._wire.send(request) == len(request)
        while True:
            for message in await self.receive():
                if isinstance(message, Response):
                    assert message.cseq == self._cseq
                    if "Session" in message.headers:
                        self._session = {"Session": message.headers.get("Session").partition(";")[0]}
                    return message

    async def receive(self) -> list[Any]:
        data = await self._wire.receive(65536)
        if not data:
            raise ConnectionResetError
        messages = self.parser.feed(data)
        self.packets += [m for m in messages if isinstance(m, Interleaved)]
        return messages

    async def play(self, url: str) -> Response:
        """DESCRIBE, SETUP, PLAY; the response to PLAY."""
        described = await self.ask("DESCRIBE", url)
        assert described.status == 200, described
        setup = await self.ask("SETUP", url + "/trackID=0", Transport="RTP/AVP/TCP;unicast;interleaved=0-1")
        assert setup.status == 200
        return await self.ask("PLAY", url)


@asynccontextmanager
async def client(port: int, receive_buffer_bytes: int = 0) -> AsyncIterator[Client]:
    """A connection to the relay; a small ``receive_buffer_bytes`` makes a viewer that stalls soon."""
    with socket.socket() as connection:
        if receive_buffer_bytes:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        yield Client(connection)


@asynccontextmanager
async def secure_client(stage: Stage, receive_buffer_bytes: int = 0) -> AsyncIterator[Client]:
    """The same over TLS, which trusts the cell's authority and nobody else."""
    trust = ssl.create_default_context(cafile=stage.ca)
    async with client(stage.secure_port, receive_buffer_bytes) as plain:
        connection = trust.wrap_socket(plain.socket, do_handshake_on_connect=False, server_hostname="127.0.0.1")
        with connection:
            while True:
                try:
                    connection.do_handshake()
                except ssl.SSLWantReadError:
                    await asyncio.sleep(0)
                else:
                    break
            yield Client(connection)
