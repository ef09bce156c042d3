"""Health of a camera: slow to believe bad news and good, never stuck, and cheap while nothing changes."""

from itertools import takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kapok.registry.v1 import camera_pb2, health_events_pb2
from services.registry.health import Device, Health, Report, Reporter, Signal, Storage, Verdict, judge
from services.registry.hysteresis import RULES, STALE_S, Watch

CAMERA = "districts/440104/cameras/44010400041320000001"
GOOD = Report(CAMERA, Signal.OK)
ALL_GOOD = Report(CAMERA, Signal.OK, Storage.OK, Device.OK)
DARK = Report(CAMERA, Signal.NONE)
COVERED = Report(CAMERA, Signal.OBSTRUCTED)
FAILING = Report(CAMERA, storage=Storage.FAILING)
OPENED = Report(CAMERA, device=Device.TAMPERED)
REFUSED = Report(CAMERA, device=Device.FAULTY)
STORED = st.sampled_from(Health)
REPORTS = st.builds(
    Report, st.just(CAMERA), st.sampled_from(Signal), st.sampled_from(Storage), st.sampled_from(Device)
)  # fmt: skip
FULL = REPORTS.filter(lambda report: bool(report.signal and report.storage and report.device))
HEARD = st.tuples(REPORTS, st.sampled_from(Reporter), st.floats(0.0, 60.0))


class Record:
    """A camera's health as the registry keeps it, and every change of it with the report that made it."""

    def __init__(self, stored: Health = Health.ONLINE, watch: Watch | None = None) -> None:
        self.stored, self.watch = stored, watch or Watch()
        self.now_s = 1000.0
        self.changes: list[Health] = []

    def hear(self, *reports: Report, reporter: Reporter = Reporter.RELAY, every_s: float = 5.0) -> Health:
        for report in reports:
            health = self.watch.step(CAMERA, self.stored, report, reporter, self.now_s)
            self.now_s += every_s
            if health is not None:
                assert health is not self.stored, "only changes are written"
                self.stored = health
                self.changes.append(health)
        return self.stored


@pytest.mark.parametrize(
    ("ours", "wire", "prefix"),
    [
        (Health, camera_pb2.Health, "HEALTH"),
        (Signal, health_events_pb2.HealthReport.Signal, "SIGNAL"),
        (Storage, health_events_pb2.HealthReport.Storage, "STORAGE"),
        (Device, health_events_pb2.HealthReport.Device, "DEVICE"),
    ],
)
def test_the_numbers_are_those_of_the_protos(ours: type, wire: object, prefix: str) -> None:
    assert {f"{prefix}_{value.name}": int(value) for value in ours} == dict(wire.items())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        (Report(CAMERA), Verdict(Health.UNSPECIFIED, "")),
        (GOOD, Verdict(Health.ONLINE, "")),
        (DARK, Verdict(Health.OFFLINE, "no signal")),
        (DARK._replace(cause="connection refused"), Verdict(Health.OFFLINE, "connection refused")),
        (Report(CAMERA, Signal.OK, Storage.FAILING), Verdict(Health.DEGRADED, "storage failing")),
        (Report(CAMERA, Signal.NONE, Storage.FAILING, Device.TAMPERED),
         Verdict(Health.TAMPERED, "device moved or opened; no signal; storage failing")),
    ],
)  # fmt: skip
def test_a_report_is_judged_by_the_worst_that_it_says(report: Report, verdict: Verdict) -> None:
    assert judge(report) == verdict


def test_a_number_of_a_newer_reporter_says_nothing() -> None:
    assert Report.read(CAMERA, 1, 2, 3) == Report(CAMERA, Signal.OK, Storage.FAILING, Device.TAMPERED)
    assert Report.read(CAMERA, 99, -1, 4) == Report(CAMERA)


@pytest.mark.parametrize(
    ("report", "needed", "health"),
    [(FAILING, 3, Health.DEGRADED), (COVERED, 2, Health.TAMPERED), (DARK, 3, Health.OFFLINE)],
)
def test_bad_news_is_believed_after_so_many_in_a_row(report: Report, needed: int, health: Health) -> None:
    record = Record()
    assert record.hear(*[report] * (needed - 1)) is Health.ONLINE
    assert record.hear(GOOD, ALL_GOOD, *[report] * (needed - 1)) is Health.ONLINE, "in a row"
    assert record.hear(report) is health


def test_a_camera_is_not_offline_before_ten_seconds_of_silence() -> None:
    record = Record()
    assert record.hear(*[DARK] * 10, every_s=1.0) is Health.ONLINE
    assert record.hear(DARK) is Health.OFFLINE


def test_good_news_is_believed_the_second_time() -> None:
    record = Record(Health.OFFLINE)
    assert record.hear(GOOD) is Health.OFFLINE
    assert record.hear(DARK, GOOD) is Health.OFFLINE
    assert record.hear(GOOD) is Health.ONLINE


@pytest.mark.parametrize("report", [GOOD, DARK, COVERED, FAILING])
def test_the_first_report_of_all_decides_at_once(report: Report) -> None:
    record = Record(Health.UNSPECIFIED)
    assert record.hear(report) is judge(report).health


def test_a_probe_that_is_answered_uncovers_no_camera() -> None:
    record = Record()
    record.hear(COVERED, COVERED)
    assert record.hear(*[GOOD] * 5, reporter=Reporter.PROBE) is Health.TAMPERED
    assert record.hear(GOOD, GOOD) is Health.ONLINE


def test_nor_does_it_after_a_restart_that_forgot_why_the_camera_is_tampered() -> None:
    record = Record(Health.TAMPERED)
    assert record.hear(*[GOOD._replace(device=Device.OK)] * 5, reporter=Reporter.PROBE) is Health.TAMPERED
    assert record.hear(GOOD, GOOD) is Health.ONLINE


def test_a_covered_camera_that_is_unplugged_and_plugged_in_again_is_still_covered() -> None:
    record = Record()
    record.hear(COVERED, COVERED, *[DARK] * 5)
    assert record.hear(*[GOOD] * 5, reporter=Reporter.PROBE) is Health.TAMPERED


def test_pictures_repair_neither_storage_nor_device() -> None:
    for report, health in ((FAILING, Health.DEGRADED), (OPENED, Health.TAMPERED)):
        record = Record()
        assert record.hear(*[report] * 3) is health
        assert record.hear(*[GOOD] * 5) is health
        assert record.hear(ALL_GOOD, ALL_GOOD) is Health.ONLINE


def test_pictures_in_between_do_not_hide_a_storage_that_fails() -> None:
    record = Record()
    assert record.hear(*[FAILING, GOOD, GOOD] * 3) is Health.DEGRADED
    assert record.changes == [Health.DEGRADED]


def test_credentials_that_are_refused_are_mended_by_the_probe_that_is_let_in_only() -> None:
    record = Record()
    assert record.hear(*[REFUSED] * 3, reporter=Reporter.PROBE) is Health.DEGRADED
    assert record.hear(*[ALL_GOOD] * 5) is Health.DEGRADED
    assert record.hear(*[GOOD._replace(device=Device.OK)] * 2, reporter=Reporter.PROBE) is Health.ONLINE


def test_a_covered_picture_arrives_all_the_same() -> None:
    record = Record(Health.OFFLINE)
    record.hear(COVERED)
    assert record.hear(GOOD, reporter=Reporter.PROBE) is Health.ONLINE, "two for the line, one against the picture"


def test_what_gets_worse_is_not_reported_as_better_on_the_way() -> None:
    record = Record(Health.OFFLINE)
    record.hear(*[Report(CAMERA, Signal.OK, Storage.FAILING, Device.OK)] * 5)
    assert record.changes == [Health.DEGRADED]


def test_a_clock_that_jumps_back_holds_nothing_up() -> None:
    record = Record()
    record.hear(DARK, DARK)
    record.now_s = 3.0
    assert record.hear(*[DARK] * 3) is Health.OFFLINE


def test_a_health_that_could_not_be_written_is_decided_again() -> None:
    record = Record()
    record.hear(*[FAILING] * 3)
    record.stored = Health.ONLINE  # the database was away
    assert record.hear(*[FAILING] * 3) is Health.DEGRADED


@given(STORED, HEARD)
def test_who_can_tell_nothing_changes_nothing(stored: Health, heard: tuple[Report, Reporter, float]) -> None:
    record = Record(stored)
    assert record.hear(*[Report(CAMERA)] * 5, reporter=heard[1]) is stored
    assert len(record.watch) == 0


@given(STORED, st.lists(HEARD, max_size=30), FULL.filter(lambda report: report.signal is not Signal.NONE))
def test_whatever_was_before_it_converges_to_what_is_reported_constantly(
    stored: Health, before: list[tuple[Report, Reporter, float]], report: Report
) -> None:
    record = Record(stored)
    for earlier, reporter, every_s in before:
        record.hear(earlier, reporter=reporter, every_s=every_s)
    record.hear(*[GOOD._replace(device=Device.OK)] * 3, reporter=Reporter.PROBE)
    assert record.hear(*[report] * 6) is judge(report).health
    record.changes.clear()
    record.hear(*[report] * 20)
    assert record.changes == []


@given(STORED, FULL)
def test_without_a_past_every_constant_report_is_believed_in_the_end(stored: Health, report: Report) -> None:
    assert Record(stored).hear(*[report] * 6) is judge(report).health


@settings(max_examples=300)
@given(st.lists(HEARD, max_size=60))
def test_it_never_flaps_faster_than_the_rules_allow(heard: list[tuple[Report, Reporter, float]]) -> None:
    record, history = Record(), History()
    worse = 0  # how many were heard when it last got worse
    for report, reporter, every_s in heard:
        before = record.stored
        history.add(report, reporter, record.now_s)
        after = record.hear(report, reporter=reporter, every_s=every_s)
        if after > before:
            assert history.has_said(after)
            worse = len(history.is_good)
        elif after is Health.ONLINE and before is not after:
            assert sum(history.is_good[worse:]) >= RULES[after].reports


class History:
    """What was said of each thing that can be wrong: (health that is said or ONLINE, seconds), by who can tell it."""

    def __init__(self) -> None:
        self.is_good: list[bool] = []  # whether a report had a good word for anything
        self.said: dict[str, list[tuple[Health, float]]] = {}

    def add(self, report: Report, reporter: Reporter, now_s: float) -> None:
        signal, device = judge(Report(CAMERA, report.signal)).health, judge(Report(CAMERA, device=report.device)).health
        if report.signal is Signal.OBSTRUCTED:
            told = {"arrival": Health.ONLINE, "picture": signal}
        else:
            told = {"arrival": signal} | ({"picture": signal} if report.signal is Signal.OK else {})
        if reporter is Reporter.RELAY:
            told |= {"device": device, "storage": judge(Report(CAMERA, storage=report.storage)).health}
        else:
            told = {"arrival": signal} if report.signal is not Signal.OBSTRUCTED else {}
            told |= {"access": device} if report.device is not Device.TAMPERED else {}
        for what, health in told.items():
            if health is not Health.UNSPECIFIED:
                self.said.setdefault(what, []).append((health, now_s))
        self.is_good.append(Health.ONLINE in told.values())

    def has_said(self, health: Health) -> bool:
        """True when somebody's last words of one thing were ``health``, as often and as long as the rule wants."""
        rule = RULES[health]
        for words in self.said.values():
            times = [now_s for _, now_s in takewhile(lambda word: word[0] is health, reversed(words))]
            if len(times) >= rule.reports and times[0] - times[-1] >= rule.seconds:
                return True
        return False


def test_steady_cameras_cost_no_memory() -> None:
    watch = Watch()
    steady = ((Health.ONLINE, GOOD), (Health.OFFLINE, DARK), (Health.TAMPERED, COVERED), (Health.DEGRADED, FAILING))
    for stored, report in steady:
        for number in range(1000):
            assert watch.step(str(number), stored, report, Reporter.RELAY, 0.0) is None
    assert len(watch) == 0


def test_a_city_that_goes_dark_at_once_is_offline_part_by_part() -> None:
    watch, cameras = Watch(most=10), [str(number) for number in range(30)]
    stored = dict.fromkeys(cameras, Health.ONLINE)
    for sweep in range(9):
        for camera in cameras:
            stored[camera] = watch.step(camera, stored[camera], DARK, Reporter.PROBE, sweep * 60.0) or stored[camera]
        assert len(watch) <= 10
    assert set(stored.values()) == {Health.OFFLINE}


def test_a_doubt_that_nobody_speaks_of_any_more_makes_room() -> None:
    watch = Watch(most=1)
    watch.step("removed", Health.ONLINE, DARK, Reporter.RELAY, 0.0)
    record = Record(watch=watch)
    record.now_s = STALE_S - 5.0
    assert record.hear(DARK) is Health.ONLINE
    assert list(watch.in_doubt) == ["removed"]
    assert record.hear(*[DARK] * 3) is Health.OFFLINE
    assert not watch.in_doubt
