"""What of a Transport header is taken, and that nothing in it can aim the relay elsewhere."""

import pytest

from services.streams.relay.offers import OfferError, Terms, chosen

TERMS = Terms("192.0.2.7")


@pytest.mark.parametrize(
    ("header", "port"),
    [
        ("RTP/AVP;unicast;client_port=5000-5001", 5000),
        ("RTP/AVP/UDP;unicast;client_port=65534-65535", 65534),
        ("rtp/avp;unicast; client_port = 1024-1025 ;mode=play", 1024),
        ("RTP/AVP;unicast;destination=192.0.2.7;client_port=5000-5001", 5000),
        ("RTP/AVP;unicast;destination;client_port=5000-5001", 5000),
        ("RTP/AVP/TCP;unicast;interleaved=0-1", None),
        ("RTP/AVP/TCP", None),
        ("RTP/AVP;unicast;client_port=0-1,RTP/AVP/TCP;unicast", None),
        ("RTP/AVP;multicast,RTP/AVP;unicast;client_port=5000-5001", 5000),
        ("RTP/AVP/TCP;unicast,RTP/AVP;unicast;client_port=5000-5001", None),
    ],
)
def test_the_first_offer_that_can_be_taken_is_taken(header: str, port: int | None) -> None:
    assert chosen(header, TERMS) == port


@pytest.mark.parametrize(
    "header",
    [
        "",
        ";;;",
        "RTP/SAVP;unicast;client_port=5000-5001",
        "RTP/AVP;multicast;client_port=5000-5001",
        "RTP/AVP/TCP;multicast",
        "RTP/AVP;unicast",
        "RTP/AVP;unicast;client_port=5000",
        "RTP/AVP;unicast;client_port=0-1",
        "RTP/AVP;unicast;client_port=52-53",
        "RTP/AVP;unicast;client_port=5001-5002",
        "RTP/AVP;unicast;client_port=5000-5005",
        "RTP/AVP;unicast;client_port=5001-5000",
        "RTP/AVP;unicast;client_port=5000-5000",
        "RTP/AVP;unicast;client_port=65536-65537",
        "RTP/AVP;unicast;client_port=-5000-5001",
        "RTP/AVP;unicast;client_port=٥٠٠٠-٥٠٠١",
        "RTP/AVP;unicast;client_port=5000-5001;destination=192.0.2.8",
        ",".join(["RTP/AVP;multicast"] * 8 + ["RTP/AVP/TCP;unicast"]),
    ],
)
def test_others_are_refused(header: str) -> None:
    with pytest.raises(OfferError, match=r"\w{3}"):
        chosen(header, TERMS)


def test_where_there_are_no_datagrams_the_refusal_says_what_there_is() -> None:
    terms = Terms("192.0.2.7", why_no_datagrams="use RTP over TCP")
    with pytest.raises(OfferError, match="use RTP over TCP"):
        chosen("RTP/AVP;unicast;client_port=5000-5001", terms)
    assert chosen("RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast", terms) is None
