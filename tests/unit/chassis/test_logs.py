"""A line of a log says what call it belongs to, and no secret."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest

from services.chassis import identity, tracing
from services.chassis.logs import FORMATS, masked

TRACE = tracing.TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "01")
CALLER = identity.Caller("gateway", "request-1", "principals/p")
SECRETS = [
    ("rtsp://relay:8554/live?token=AbC.dEf-1_2&x=1", "rtsp://relay:8554/live?token=***&x=1"),
    ("rtsp://admin:geheim@10.0.0.7/live", "rtsp://admin:***@10.0.0.7/live"),
    ("authorization: Bearer abc.def", "authorization: Bearer ***"),
    ("said eyJhbGciOi.eyJzdWIi.c2ln of a person", "said *** of a person"),
    ("seed SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY", "seed ***"),
    ('{"password": "geheim", "user": "admin"}', '{"password": "***", "user": "admin"}'),
    ("-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----", "***"),
    ("a state secret: nothing of it is masked", "a state secret: nothing of it is masked"),
]


@pytest.fixture
def _served() -> Iterator[None]:
    """A call is being served."""
    caller, trace = identity.current_caller.set(CALLER), tracing.current.set(TRACE)
    yield
    identity.current_caller.reset(caller)
    tracing.current.reset(trace)


def line(form: str, message: str, **extra: object) -> str:
    try:
        raise ValueError("token=inside")
    except ValueError:
        record = logging.LogRecord("services.x", logging.ERROR, "x.py", 1, message, None, sys.exc_info())
    vars(record).update(extra)
    return FORMATS[form]().format(record)


@pytest.mark.parametrize(("said", "shown"), SECRETS)
def test_whatever_looks_like_a_secret_is_masked(said: str, shown: str) -> None:
    assert masked(said) == shown
    assert json.loads(line("json", said))["message"] == shown


@pytest.mark.usefixtures("_served")
def test_a_line_of_json_names_request_principal_and_trace_and_masks_what_is_beside_it() -> None:
    said = json.loads(line("json", "it failed", method="/kapok.x.v1.X/Get", access_token="AbC"))
    assert (said["request_id"], said["principal"], said["trace_parent"]) == ("request-1", "principals/p", str(TRACE))
    assert (said["method"], said["access_token"], said["level"]) == ("/kapok.x.v1.X/Get", "***", "ERROR")
    assert said["exception"].endswith("ValueError: token=***")


@pytest.mark.usefixtures("_served")
def test_a_line_of_text_stays_one_line_whatever_the_message_says() -> None:
    call = f'request_id="request-1" principal="principals/p" trace_parent="{TRACE}"'
    first, *raised = line("text", "forged\n2026 INFO all is well", method="x y").splitlines()
    assert first.endswith(f'ERROR services.x forged\\n2026 INFO all is well {call} method="x y"')
    assert raised[-1] == "ValueError: token=***"
