"""What `kapok staff` asks of the API, seen at the other end."""

from datetime import timedelta
from pathlib import Path

from tests.integration.cli.test_requests import is_ahead, told_to_ask


async def test_staff_is_trained_put_on_duty_and_taken_off(tmp_path: Path) -> None:
    trained = await told_to_ask(tmp_path, "staff", "register-training", "li-wei", "--number", "T-1", "--days", "10")
    assert (trained.training.person, trained.training.certificate_number) == ("principals/li-wei", "T-1")
    assert is_ahead(trained.training.end_time, timedelta(days=10))
    now = await told_to_ask(tmp_path, "staff", "enter-shift", "li-wei", "--hours", "6")
    assert not now.shift.HasField("start_time"), "the platform's clock says when now is"
    assert is_ahead(now.shift.end_time, timedelta(hours=6))
    later = await told_to_ask(tmp_path, "staff", "enter-shift", "li-wei", "--hours", "6", "--starts-in", "2")
    assert is_ahead(later.shift.start_time, timedelta(hours=2))
    assert is_ahead(later.shift.end_time, timedelta(hours=8))
    ended = await told_to_ask(tmp_path, "staff", "end-shift", "shifts/s-1", "--reason", "x")
    assert (ended.name, ended.reason) == ("shifts/s-1", "x")
    revoked = await told_to_ask(tmp_path, "staff", "revoke-training", "t-1", "--reason", "y")
    assert (revoked.name, revoked.reason) == ("trainings/t-1", "y")
    assert (await told_to_ask(tmp_path, "staff", "shifts", "li-wei")).parent == "principals/li-wei"
    assert (await told_to_ask(tmp_path, "staff", "trainings", "li-wei")).parent == "principals/li-wei"
