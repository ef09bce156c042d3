"""Looks without an end, told twice or not at all are found; so is what was raised."""

import json
from pathlib import Path

from chaos.record import Looks, raised
from chaos.rights import Look
from demo.platform import Platform

KEY = ("sessions/a", "process", "127.0.0.1:4000", 1)


def looks(begun: int, ended: int) -> Looks:
    made = Looks(Platform(Path(), {}))
    made.begun.update({KEY: begun} if begun else {})
    made.ended.update({KEY: ended} if ended else {})
    return made


def seen(address: str, session: str = "sessions/a", count: int = 9) -> Look:
    return Look("rtsp", session, frozenset(), 0.0, address, count)


def test_each_look_has_one_begin_and_one_end() -> None:
    assert looks(1, 1).faults() == []
    assert "no end" in looks(1, 0).faults()[0]
    assert "2 begins" in looks(2, 1).faults()[0]
    assert "2 ends" in looks(1, 2).faults()[0]
    assert looks(0, 1).faults() == [], "the bus did not take its begin in time: no picture was shown"


def test_who_saw_pictures_is_on_record() -> None:
    record = looks(1, 1)
    assert record.missing([seen(KEY[2]), seen(""), seen("127.0.0.1:1", count=0)]) == []
    assert len(record.missing([seen("127.0.0.1:1"), seen(KEY[2], "sessions/b"), seen("", "sessions/b")])) == 3


def test_what_was_raised_is_found_in_every_log(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "logs").mkdir(parents=True)
    (tmp_path / "home.log").write_text("Kapok is ready.\n")
    (home / "logs" / "cell.log").write_text('{"message": "x"}\n')
    assert raised(home) == []
    told = 'Traceback (most recent call last):\n  File "a.py", line 1, in b\n    c()\nValueError: no\n'
    (home / "logs" / "relay-1.log.1").write_text(json.dumps({"exception": told * 2}) + "\n")
    (home / "logs" / "relay-2.log").write_text(told + "and on it went\n")
    assert [one.partition(" ←")[0] for one in raised(home)] == [
        "relay-1.log.1: 2 tracebacks, the last: ValueError: no",
        "relay-2.log: 1 tracebacks, the last: ValueError: no",
    ]
