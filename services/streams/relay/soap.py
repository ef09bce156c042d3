"""The ONVIF library's way to a camera: it writes and reads the messages, and this carries them.

The library would connect to whatever address a camera tells, follow redirects, read without a limit and expand
entities. So it is given no connection at all: of an address that it asks for only the path is taken, the post does the
rest, and an answer is read once here by a strict parser before the library sees it.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services.chassis.errors import Error, FailedPrecondition, Unavailable
from services.streams.relay.control import Turn
from services.streams.relay.helm import ControlAddress
from services.streams.relay.post import Letter, Post, accepted

_PATH = re.compile(r"/[!-~]{0,1000}")
_FAULTS = (400, 500)  # HTTP statuses that come with a SOAP fault
_ANSWER_BYTES_MOST = 128 * 1024  # some 50 ms of the library's reading, at the worst
_UNREADABLE = "the camera's answer can't be read as ONVIF"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the library takes for an HTTP answer."""

    status_code: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/soap+xml"})
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Line:
    """What the library takes for its transport, for one turn at one camera."""

    post: Post
    where: ControlAddress
    turn: Turn
    is_command: bool
    cache: None = None  # which the library asks for

    async def post_xml(self, address: str, envelope: Any, headers: Mapping[str, str]) -> Reply:
        """Carry a message to ``address`` at the camera on record, whatever host it names."""
        letter = Letter(
            self.where, path_of(address), _library().written(envelope), headers, is_command=self.is_command,
            answer_bytes_most=_ANSWER_BYTES_MOST,
        )  # fmt: skip
        answer = await self.post.send(letter, self.turn)
        if answer.status not in _FAULTS:
            accepted(answer)
        return Reply(answer.status, _library().purified(answer.body))

    async def aclose(self) -> None:
        """Nothing is open between two messages."""

    async def call(self, service: str, path_qs: str, operation: str, **parameters: Any) -> Any:
        """What the camera answers, as the library reads it: any field may be missing or of another type.

        Raises Unavailable and FailedPrecondition for whatever the camera does wrong.
        """
        library = _library() if _library.cache_info().currsize else await asyncio.to_thread(_library)
        try:
            spoken = await library.service(service, f"http://camera{path_qs}", self)
            said = operation if self.where.username else f"authless_{operation}"
            return await getattr(spoken, said)(parameters)
        except Error:
            raise
        except Exception as error:
            raise library.refusal(error, operation) from error


class _Library:
    """The ONVIF library, loaded when the first such camera is commanded: it takes 30 MB and sets up logging."""

    def __init__(self) -> None:
        import onvif.util
        from lxml import etree
        from onvif.client import ONVIFService
        from onvif.definition import SERVICES
        from zeep.exceptions import Fault

        self._etree, self._make, self._known, self._fault = etree, ONVIFService, SERVICES, Fault
        self._is_login_refused = onvif.util.is_auth_error
        self._wsdl = Path(onvif.util.__file__).with_name("wsdl")

    async def service(self, name: str, address: str, line: Line) -> Any:
        """A service of a camera that speaks through ``line``."""
        known = self._known[name]
        made = self._make(
            address, line.where.username, line.where.password, str(self._wsdl / known["wsdl"]), no_cache=True,
            binding_name=f"{{{known['ns']}}}{known['binding']}",
        )  # fmt: skip
        made.transport = line
        try:
            await made.setup()
        finally:
            await made.close()  # the session that it made for itself is never used
        return made

    def written(self, envelope: Any) -> bytes:
        """A message as bytes."""
        return bytes(self._etree.tostring(envelope, xml_declaration=True, encoding="utf-8"))

    def purified(self, body: bytes) -> bytes:
        """An answer without document type, entities and processing instructions; Unavailable when it has the first."""
        if not body:
            return body
        parser = self._etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
            remove_pis=True,
        )  # fmt: skip
        try:
            root = self._etree.fromstring(body, parser)
        except (self._etree.XMLSyntaxError, ValueError) as error:
            raise Unavailable("SOURCE_AWAY", _UNREADABLE) from error
        if root.getroottree().docinfo.doctype:
            raise Unavailable("SOURCE_AWAY", f"{_UNREADABLE}: it has a document type")
        return bytes(self._etree.tostring(root))

    def refusal(self, error: Exception, operation: str) -> Error:
        """In our words what the library makes of an answer; nothing of what a camera wrote is repeated."""
        if self._is_login_refused(error):
            message = "the camera refused the user name and password that stand in its record; correct them there"
            return Unavailable("SOURCE_AUTHENTICATION_REFUSED", message)
        if isinstance(error, self._fault):
            message = f"the camera refuses {operation}; it may not be able to"
            return FailedPrecondition("SOURCE_REFUSED", message, method=operation)
        return Unavailable("SOURCE_AWAY", f"{_UNREADABLE}: {type(error).__name__}")


@cache
def _library() -> _Library:
    return _Library()


def path_of(address: object) -> str:
    """Path and query of an address as a camera tells it: the one thing about it that is believed."""
    try:
        parts = urlsplit(address) if isinstance(address, str) else None
    except ValueError:
        parts = None
    path_qs = parts and (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path_qs or not _PATH.fullmatch(path_qs):
        raise Unavailable("SOURCE_AWAY", "the camera tells no readable address of its services")
    return path_qs
