"""Answers and refusals, for people and for programs."""

import json
from datetime import timedelta

import pytest

from cli.screen import Screen, moment, plain
from kapok.registry.v1 import camera_pb2
from services.chassis import errors

_EVIL = "gate\x1b]0;owned\x07\u202e\r\n[red]x[/red]"


def test_what_others_registered_does_not_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().fields(camera_pb2.Camera(), ("name", _EVIL))
    Screen().table({}, ("name",), [(_EVIL,)])
    told = capsys.readouterr().out
    assert not set("\x1b\x07\u202e\r") & set(told)
    assert "[red]x[/red]" in told, "and markup is text"
    assert plain("越秀 café") == "越秀 café"


def test_with_json_stdout_is_one_document_in_the_mapping_of_the_api(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(is_json=True)
    screen.line("not for programs")
    screen.fields(camera_pb2.Camera(code="1", display_name="越秀"), ("code", "1"))
    assert json.loads(capsys.readouterr().out) == {"code": "1", "displayName": "越秀"}


def test_a_table_in_a_pipe_is_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().table({}, ("a", "b"), [("x" * 150, "y" * 150)])
    assert f"{'x' * 150}  {'y' * 150}" in capsys.readouterr().out


def test_a_refusal_tells_reason_rule_article_and_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    papers = errors.Denied("PAPERS_MISSING", "needs a letter", rule="copy-with-papers", article="Article 19")
    Screen().refuse(papers)
    told = capsys.readouterr()
    assert told.out == ""
    for part in ("needs a letter", "PAPERS_MISSING", "copy-with-papers", "Article 19", "kapok papers register"):
        assert part in told.err


def test_a_refusal_names_its_camera_in_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().refuse(errors.Denied("HELD_BY_ANOTHER", "held", camera="districts/440104/cameras/1"))
    assert "kapok takeover holder districts/440104/cameras/1" in capsys.readouterr().err


def test_with_json_a_refusal_is_json_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    Screen(is_json=True).refuse(errors.InvalidArgument(errors.Violation("code", "must be 20 digits")))
    told = capsys.readouterr()
    assert told.out == ""
    error = json.loads(told.err)["error"]
    assert error["code"] == "INVALID_ARGUMENT"
    assert error["violations"] == [{"field": "code", "description": "must be 20 digits"}]
    Screen(is_json=True).refuse(errors.Exhausted("LIMIT_REACHED", "slow down", retry_after=timedelta(seconds=2)))
    error = json.loads(capsys.readouterr().err)["error"]
    assert error["next"]
    assert error["retry_after_seconds"] == 2


def test_a_limit_says_when_to_come_back(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().refuse(errors.Exhausted("LIMIT_REACHED", "full", retry_after=timedelta(seconds=1.5), limit="x"))
    assert "retry     after 2 s" in capsys.readouterr().err


def test_a_time_that_is_not_set_is_empty() -> None:
    camera = camera_pb2.Camera()
    assert moment(camera.create_time) == ""
    camera.create_time.FromSeconds(1_700_000_000)
    assert moment(camera.create_time) == "2023-11-14 22:13:20Z"
