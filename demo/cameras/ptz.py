"""The HTTP side of the cameras that move: they are told by POST, and GET tells the pointing.

    POST /ptz/<code>          {"pan", "tilt", "zoom"} go on at these velocities, with "seconds" no longer than that;
                              {"to": …} and {"by": …} look there, or so much further; {"store": name}, {"recall": token}
    GET  /ptz/<code>          the pointing in degrees and as a factor, and as "parts" of what the motors reach
    GET  /ptz/<code>/presets  what is stored

It enforces nothing. Every command is appended to a log with the opaque epoch header that came with it, so that a test
can tell afterwards whether the platform let a command of an earlier holder through.
"""

import base64
import hmac
import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from demo.cameras.mount import Mount
from demo.cameras.pointing import parts
from services.rtsp.digest import Credentials, Guard

REALM = "camera"
EPOCH_HEADER = "Kapok-Epoch"
BODY_BYTES_MAX = 4096


class Ptz:
    """The handlers of the mounts of ``codes``; commands are appended to ``log``, one JSON line each."""

    def __init__(self, codes: Iterable[str], who: Credentials, log: Path) -> None:
        self._mounts = {code: Mount(time.monotonic()) for code in codes}
        self._who, self._log = who, log
        self._guard = Guard(REALM, who, secrets.token_hex(16))

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(middlewares=[self._authenticate], client_max_size=BODY_BYTES_MAX)
        app.router.add_get("/ptz/{code}", self.show)
        app.router.add_get("/ptz/{code}/presets", self.presets)
        app.router.add_post("/ptz/{code}", self.obey)
        return app

    async def show(self, request: web.Request) -> web.Response:
        """The pointing now."""
        pointing = self._mount(request).at(time.monotonic())
        return web.json_response(pointing.rounded() | {"parts": asdict(parts(pointing))})

    async def presets(self, request: web.Request) -> web.Response:
        """Those stored."""
        return web.json_response(self._mount(request).listed())

    async def obey(self, request: web.Request) -> web.Response:
        """Obey, log, and answer with the pointing from which the movement starts."""
        mount = self._mount(request)
        now_ns = time.monotonic_ns()
        pointing = mount.at(now_ns / 1e9).rounded()
        try:
            told = json.loads(await request.read())
            answer = mount.obey(told, now_ns / 1e9)
        except ValueError as error:  # of the JSON as well as of what it says
            raise _refused(web.HTTPBadRequest, str(error)) from error
        self._append(
            {
                "monotonic_ns": now_ns,
                "time": time.time(),
                "code": request.match_info["code"],
                "epoch": request.headers.get(EPOCH_HEADER),
                "command": told,
                "pointing": pointing,
            }
        )
        return web.json_response(pointing | answer)

    def _mount(self, request: web.Request) -> Mount:
        mount = self._mounts.get(request.match_info["code"])
        if mount is None:
            raise _refused(web.HTTPNotFound, "no camera of this code moves")
        return mount

    def _append(self, entry: dict[str, object]) -> None:
        # Opened for each line: a test may move the log away, and a line is whole or absent.
        with self._log.open("a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")

    @web.middleware
    async def _authenticate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        pair = f"{self._who.username}:{self._who.password}".encode()
        basic = "Basic " + base64.b64encode(pair).decode()
        is_basic = hmac.compare_digest(given.encode(errors="replace"), basic.encode())
        if not is_basic and not self._guard.accepts(given, request.method, request.path_qs):
            refusal = _refused(web.HTTPUnauthorized, "give the camera's user name and password, Digest or Basic")
            refusal.headers.add("WWW-Authenticate", self._guard.challenge)
            refusal.headers.add("WWW-Authenticate", f'Basic realm="{REALM}"')
            raise refusal
        return await handler(request)


def _refused(kind: type[web.HTTPClientError], why: str) -> web.HTTPClientError:
    return kind(text=json.dumps({"error": why}), content_type="application/json")
