"""A camera that speaks ONVIF, as if strangers had written it: a real HTTP server, SOAP 1.2, and a trick if it is set.

It shares no code with the platform: the standard library reads its XML and checks the WS-Security digest (OASIS
UsernameToken Profile 1.1) that comes with each request.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from xml.etree import ElementTree

from aiohttp import web

SOAP = "http://www.w3.org/2003/05/soap-envelope"
DEVICE, MEDIA, PTZ = (
    "http://www.onvif.org/ver10/device/wsdl", "http://www.onvif.org/ver10/media/wsdl",
    "http://www.onvif.org/ver20/ptz/wsdl",
)  # fmt: skip
SCHEMA = "http://www.onvif.org/ver10/schema"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_PROFILE = """<trt:Profiles token="{token}"><tt:Name>{token}</tt:Name>{ptz}</trt:Profiles>"""
_PTZ = """<tt:PTZConfiguration token="z"><tt:Name>z</tt:Name><tt:UseCount>1</tt:UseCount>
<tt:NodeToken>n</tt:NodeToken></tt:PTZConfiguration>"""
Trick = Callable[[web.Request, str], Awaitable[web.StreamResponse | None]]


@dataclass(frozen=True)
class Heard:
    """One operation that the camera obeyed; ``values`` are attributes and texts of its parameters, by local name."""

    operation: str
    values: dict[str, str]
    path: str


@dataclass
class OnvifCamera:
    """Its services lie at odd paths, and it tells an address of its own, ``xaddr``, that need not be true.

    A ``trick`` sees each request first, with the operation's name, and may answer in the camera's place.
    """

    username: str = "admin"
    password: str = "geheim"
    xaddr: str = ""  # empty: the true one
    trick: Trick | None = None
    heard: list[Heard] = field(default_factory=list)
    strangers: int = 0  # requests with a wrong digest, or none
    presets: dict[str, str] = field(default_factory=dict)
    looks: tuple[str, str, str] = ("0.5", "-0.25", "0.125")  # pan, tilt, zoom, as it tells them
    space: str = "PositionGenericSpace"  # in which it tells the first two
    port: int = 0

    @property
    def control_uri(self) -> str:
        """As it stands in the camera's record."""
        return f"onvif://127.0.0.1:{self.port}/onvif/device_service"

    def moves(self) -> list[str]:
        """The operations that moved it, in order."""
        return [one.operation for one in self.heard if not one.operation.startswith("Get")]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["OnvifCamera"]:
        """It answers inside."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.port = int(runner.addresses[0][1])
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        envelope = ElementTree.fromstring(await request.read())
        [asked] = envelope.find(f"{{{SOAP}}}Body") or []
        operation = asked.tag.rpartition("}")[2]
        if self.trick is not None and (answer := await self.trick(request, operation)) is not None:
            return answer
        if not self._knows(envelope):
            self.strangers += 1
            return _fault("ter:NotAuthorized", 400)
        values = {}
        for element in asked.iter():
            local = element.tag.rpartition("}")[2]
            if (element.text or "").strip():
                values[local] = element.text or ""
            values |= {f"{local}.{name}": value for name, value in element.attrib.items()}
        self.heard.append(Heard(operation, values, request.path))
        return self._obey(operation, values)

    def _obey(self, operation: str, values: dict[str, str]) -> web.Response:
        here = self.xaddr or f"http://127.0.0.1:{self.port}"
        match operation:
            case "GetCapabilities":
                return said(
                    f"<tds:GetCapabilitiesResponse><tds:Capabilities>"
                    f"<tt:Media><tt:XAddr>{here}/odd/media</tt:XAddr><tt:StreamingCapabilities/></tt:Media>"
                    f"<tt:PTZ><tt:XAddr>{here}/odd/ptz?x=1</tt:XAddr></tt:PTZ>"
                    f"</tds:Capabilities></tds:GetCapabilitiesResponse>"
                )
            case "GetProfiles":
                fixed, moving = _PROFILE.format(token="fixed", ptz=""), _PROFILE.format(token="moves", ptz=_PTZ)
                another = _PROFILE.format(token="another", ptz=_PTZ)
                return said(f"<trt:GetProfilesResponse>{fixed}{moving}{another}</trt:GetProfilesResponse>")
            case "GetPresets":
                listed = "".join(
                    f'<tptz:Preset token="{token}"><tt:Name>{name}</tt:Name></tptz:Preset>'
                    for token, name in self.presets.items()
                )
                return said(f"<tptz:GetPresetsResponse>{listed}</tptz:GetPresetsResponse>")
            case "SetPreset":
                token = f"t{len(self.presets) + 1}"
                self.presets[token] = values["PresetName"]
                return said(
                    f"<tptz:SetPresetResponse><tptz:PresetToken>{token}</tptz:PresetToken></tptz:SetPresetResponse>"
                )
            case "GetStatus":
                (pan, tilt, zoom), spaces = self.looks, "http://www.onvif.org/ver10/tptz"
                return said(
                    f'<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position><tt:PanTilt x="{pan}" y="{tilt}"'
                    f' space="{spaces}/PanTiltSpaces/{self.space}"/><tt:Zoom x="{zoom}"/></tt:Position>'
                    f"<tt:UtcTime>2026-01-01T00:00:00Z</tt:UtcTime></tptz:PTZStatus></tptz:GetStatusResponse>"
                )
            case "GotoPreset" if values["PresetToken"] not in self.presets:
                return _fault("ter:NoToken", 500)
            case _:
                return said(f"<tptz:{operation}Response/>")

    def _knows(self, envelope: ElementTree.Element) -> bool:
        token = envelope.find(f".//{{{_WSSE}}}UsernameToken")
        if token is None:
            return False
        name, digest, nonce, created = (
            token.findtext(tag, "") for tag in
            (f"{{{_WSSE}}}Username", f"{{{_WSSE}}}Password", f"{{{_WSSE}}}Nonce", f"{{{_WSU}}}Created")
        )  # fmt: skip
        right = hashlib.sha1(base64.b64decode(nonce) + created.encode() + self.password.encode()).digest()
        return name == self.username and base64.b64decode(digest) == right


def said(body: str, status: int = 200) -> web.Response:
    """A SOAP answer of ``body``."""
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}" xmlns:tds="{DEVICE}" xmlns:trt="{MEDIA}"'
        f' xmlns:tptz="{PTZ}" xmlns:tt="{SCHEMA}"><s:Body>{body}</s:Body></s:Envelope>'
    )
    return web.Response(text=text, status=status, content_type="application/soap+xml")


def _fault(code: str, status: int) -> web.Response:
    return said(
        f'<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:ter="http://www.onvif.org/ver10/error">'
        f'{code}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">no</s:Text></s:Reason></s:Fault>',
        status,
    )


async def never(_request: web.Request, _operation: str) -> web.StreamResponse:
    """A trick: silence."""
    await asyncio.Event().wait()
    raise AssertionError("it waits for ever")


async def huge(request: web.Request, _operation: str) -> web.StreamResponse:
    """A trick: an answer without end."""
    answer = web.StreamResponse(headers={"Content-Type": "application/soap+xml"})
    await answer.prepare(request)
    try:
        while True:
            await answer.write(b"<x/>" * 16_384)
    except (ConnectionError, asyncio.CancelledError):
        return answer
