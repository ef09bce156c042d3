"""`kapok takeover holder` says by what a camera is held: a takeover, a lease, or by default."""

from google.protobuf.timestamp_pb2 import Timestamp

from cli.control import ground_of
from kapok.permissions.v1.takeover_pb2 import ControlState


def test_a_lease_is_told_from_a_takeover_and_from_nothing() -> None:
    until = Timestamp(seconds=1)
    assert ground_of(ControlState(takeover="takeovers/1", until=until)) == "takeovers/1"
    assert "lease" in ground_of(ControlState(until=until))
    assert "default" in ground_of(ControlState())
