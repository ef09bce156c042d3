"""Which URL a person is shown for a player."""

import pytest

from cli.sessions import for_players
from kapok.streams.v1 import streams_service_pb2


@pytest.mark.parametrize(
    ("host", "has_tls", "scheme"),
    [
        ("127.0.0.1", True, "rtsp"), ("[::1]", True, "rtsp"), ("localhost", True, "rtsp"), ("10.0.0.7", True, "rtsps"),
        ("relay-1.cell", True, "rtsps"), ("10.0.0.7", False, "rtsp"),
    ],
)  # fmt: skip
def test_beyond_loopback_a_player_is_given_tls_where_the_relay_has_it(host: str, has_tls: bool, scheme: str) -> None:
    opened = streams_service_pb2.OpenSessionResponse(
        rtsp_url=f"rtsp://{host}:8554/s/1?token=t", rtsps_url=f"rtsps://{host}:8322/s/1?token=t" if has_tls else ""
    )
    assert for_players(opened).startswith(f"{scheme}://{host}:")
