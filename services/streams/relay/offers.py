"""What a viewer offers in the Transport header of SETUP (RFC 2326 §12.39), and what of it is taken. Pure.

Media go to the address of the RTSP connection and nowhere else: a relay that sent where it is told could be aimed.
"""

import re
from dataclasses import dataclass

_PORTS = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")
_SYSTEM_PORTS = 1024  # below it are services, which no viewer is


class OfferError(Exception):
    """None of the offers can be taken; the message says what can."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be taken; ``why_no_datagrams`` is empty where RTP over UDP may. ``peer``: the viewer's address."""

    peer: str
    why_no_datagrams: str = ""


def chosen(header: str, terms: Terms) -> int | None:
    """The viewer's port of RTP for the first offer that can be taken, its RTCP one behind; None: interleaved.

    Raises OfferError with what was wrong with the first that could not.
    """
    problem = ""
    for offer in header.split(",")[:8]:
        kind, *fields = (field.strip() for field in offer.split(";"))
        try:
            return _taken(kind.upper(), dict(_pair(field) for field in fields if field), terms)
        except OfferError as error:
            problem = problem or str(error)
    raise OfferError(problem)


def _taken(kind: str, fields: dict[str, str], terms: Terms) -> int | None:
    if kind not in ("RTP/AVP/TCP", "RTP/AVP", "RTP/AVP/UDP"):
        raise OfferError("use RTP over TCP (RTP/AVP/TCP;unicast)")
    if "multicast" in fields:
        raise OfferError("each viewer is sent to alone: unicast")
    if kind == "RTP/AVP/TCP":
        return None
    if terms.why_no_datagrams:
        raise OfferError(terms.why_no_datagrams)
    if fields.get("destination", terms.peer) not in ("", terms.peer):
        raise OfferError("media go to the address that the RTSP connection comes from, no other")
    ports = _PORTS.fullmatch(fields.get("client_port", ""))
    rtp, rtcp = (int(ports[1]), int(ports[2])) if ports else (0, 0)
    if not _SYSTEM_PORTS <= rtp < rtcp == rtp + 1 < 65536 or rtp % 2:
        raise OfferError("client_port is an even port from 1024 on and the one behind it, as in client_port=5000-5001")
    return rtp


def _pair(field: str) -> tuple[str, str]:
    name, _, value = field.partition("=")
    return name.strip().lower(), value.strip()
