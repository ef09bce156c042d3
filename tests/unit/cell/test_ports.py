"""A home takes its usual ports, others when they are taken, and says so."""

import socket
import subprocess
import sys
from pathlib import Path

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


def test_a_port_that_is_chosen_is_none_that_a_connection_may_be_given_before_it_is_bound() -> None:
    first_given = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    chosen = [pick(0, "metrics", said_nothing) for _ in range(200)]
    assert len(set(chosen)) == 200, "two of a home's are never the same"
    assert max(chosen) < max(first_given, 32_768)


def test_two_processes_never_choose_the_same_port() -> None:
    program = """if True:
        import sys
        from services.cell.ports import pick
        for _ in range(1000):
            print(pick(0, "", print), flush=True)
        sys.stdin.read()"""
    with subprocess.Popen(
        [sys.executable, "-c", program], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdin
        assert other.stdout
        theirs = {int(other.stdout.readline()) for _ in range(1000)}
        ours = {pick(0, "metrics", said_nothing) for _ in range(1000)}
        other.stdin.close()
    assert ours.isdisjoint(theirs)


def said_nothing(_: str) -> None:
    """Nothing was taken."""
    raise AssertionError
