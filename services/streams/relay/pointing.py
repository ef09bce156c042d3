"""The driver for cameras that take their commands as JSON over HTTP: POST velocities, with the epoch in a header."""

from dataclasses import dataclass

import aiohttp
from yarl import URL

from services.chassis.errors import Unavailable
from services.rtsp.address import Network, place, resolve
from services.streams.relay.control import ControlAddress, Velocity

EPOCH_HEADER = "Kapok-Epoch"
_PATIENCE = aiohttp.ClientTimeout(total=2)


@dataclass(frozen=True)
class HttpPointing:
    """Connects to listed networks only, by resolved address; follows no redirect."""

    client: aiohttp.ClientSession
    networks: tuple[Network, ...]
    own: frozenset[str] = frozenset()

    async def move(self, where: ControlAddress, velocity: Velocity, epoch: int) -> None:
        """One POST; Unavailable when the camera does not take it in two seconds."""
        host, port = await resolve(place(where.uri, "http"), self.networks, self.own)
        uri = URL(where.uri).with_host(host).with_port(port)
        body = {"pan": velocity.pan, "tilt": velocity.tilt, "zoom": velocity.zoom}
        digest = aiohttp.DigestAuthMiddleware(where.username, where.password)
        try:
            async with self.client.post(
                uri, json=body, headers={EPOCH_HEADER: str(epoch)}, timeout=_PATIENCE, allow_redirects=False,
                middlewares=(digest,) if where.username else (),
            ) as answer:  # fmt: skip
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            message = f"the camera did not take the command: {type(error).__name__}"
            raise Unavailable("SOURCE_AWAY", message) from error
        if status // 100 != 2:
            raise Unavailable("SOURCE_AWAY", f"the camera refused the command with HTTP status {status}")
