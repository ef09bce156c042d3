"""A home takes its usual ports, others when they are taken, and says so."""

import socket

from services.cell.ports import HOST, pick


def test_a_free_port_is_taken_silently() -> None:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        free = probe.getsockname()[1]
    said: list[str] = []
    assert pick(free, "gRPC", said.append) == free
    assert said == []


def test_a_taken_port_is_replaced_and_both_are_named() -> None:
    with socket.create_server((HOST, 0)) as taken:
        usual = taken.getsockname()[1]
        said: list[str] = []
        chosen = pick(usual, "gRPC", said.append)
        assert chosen != usual
        assert said == [f"gRPC: port {usual} is taken, using {chosen}"]
