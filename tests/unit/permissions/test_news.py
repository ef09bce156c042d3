"""What permissions hears from the registry: which cameras to ask for anew, and which are closed to everybody."""

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from kapok.fact.v1 import fact_pb2
from kapok.registry.v1 import camera_pb2, system_pb2
from services.permissions.events.news import read_news
from services.permissions.neighbours import camera

SUBJECT = "kapok.v1.facts.registry."
BARRED = ("SUSPENDED_BY_PUBLIC_SECURITY", "RETIRED")
OPEN = ("PLANNED", "BUILT", "ACCEPTED", "IN_SERVICE", "SUSPENDED_BY_OPERATOR")
ONE, TWO = (f"districts/440104/cameras/{serial:020}" for serial in (1, 2))


def described(name: str, state: str) -> camera_pb2.Camera:
    return camera_pb2.Camera(name=name, state=f"LIFE_STATE_{state}", security_level=2)


def fact(snapshot: Message | None, about: str = "") -> bytes:
    made = fact_pb2.Fact(id="00000000-0000-4000-8000-000000000000", camera=about)
    if snapshot is not None:
        made.snapshot.Pack(snapshot)
    return made.SerializeToString()


@pytest.mark.parametrize("state", BARRED)
def test_one_camera_that_became_barred_is_asked_for_anew_and_closed(state: str) -> None:
    news = read_news(f"{SUBJECT}camera.retired", fact(described(ONE, state), about=ONE))
    assert (news.cameras, news.closed, news.is_whole) == (frozenset({ONE}), (ONE,), True)


@pytest.mark.parametrize("state", OPEN)
def test_any_other_state_closes_nothing(state: str) -> None:
    news = read_news(f"{SUBJECT}camera.transitioned", fact(described(ONE, state), about=ONE))
    assert (news.cameras, news.closed, news.is_whole) == (frozenset({ONE}), (), True)


def test_all_cameras_of_a_batch_are_asked_for_anew_and_only_the_barred_closed() -> None:
    batch = camera_pb2.CameraBatch(cameras=[described(ONE, "IN_SERVICE"), described(TWO, "RETIRED")])
    news = read_news(f"{SUBJECT}cameras.transitioned", fact(batch))
    assert (news.cameras, news.closed, news.is_whole) == (frozenset({ONE, TWO}), (TWO,), True)


@pytest.mark.parametrize("kind", ["cameras.imported", "cameras.confirmed", "camera.created", "camera.updated"])
def test_facts_that_change_no_state_close_nothing_again(kind: str) -> None:
    snapshot: Message = described(ONE, "RETIRED")
    if kind.startswith("cameras."):
        snapshot = camera_pb2.CameraBatch(cameras=[described(ONE, "RETIRED")])
    news = read_news(SUBJECT + kind, fact(snapshot))
    assert (news.cameras, news.closed) == (frozenset({ONE}), ())


def test_a_camera_of_another_place_category_is_told_with_it_and_by_whom() -> None:
    made = fact_pb2.Fact(camera=ONE, principal="principals/police", is_sealed=True)
    snapshot = described(ONE, "IN_SERVICE")
    snapshot.place_category = camera_pb2.PLACE_CATEGORY_FINANCE
    made.snapshot.Pack(snapshot)
    news = read_news(f"{SUBJECT}camera.reclassified", made.SerializeToString())
    assert (news.cameras, news.closed, news.categories) == (frozenset({ONE}), (), {ONE: 8})
    assert (news.by, news.is_sealed) == ("principals/police", True)
    assert not read_news(f"{SUBJECT}camera.updated", made.SerializeToString()).categories


def test_a_system_changes_no_camera_by_itself() -> None:
    news = read_news(f"{SUBJECT}system.suspended", fact(system_pb2.CameraSystem(name="operators/metro/systems/1")))
    assert (news.cameras, news.closed, news.is_whole) == (frozenset(), (), True)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("camera.updated", b"\xff\xff\xff"),
        ("system.suspended", b"\xff\xff\xff"),
        ("camera.updated", fact(None)),
        ("cameras.transitioned", fact(None)),
        ("cameras.transitioned", fact(described(ONE, "RETIRED"))),
        ("cameras.transitioned", fact(camera_pb2.CameraBatch(cameras=[described("", "IN_SERVICE")]))),
        ("camera.updated", fact(described("districts/1/cameras/" + "9" * 500, "RETIRED"))),
        ("camera.updated", fact(None, about="agencies/metro")),
    ],
)
def test_what_cant_be_read_may_be_about_any_camera(kind: str, data: bytes) -> None:
    assert not read_news(SUBJECT + kind, data).is_whole


def test_a_broken_snapshot_in_a_sound_envelope_may_be_about_any_camera() -> None:
    made = fact_pb2.Fact(camera=ONE)
    made.snapshot.Pack(camera_pb2.CameraBatch())
    made.snapshot.value = b"\xff\xff"
    assert not read_news(f"{SUBJECT}cameras.transitioned", made.SerializeToString()).is_whole


def test_the_readable_cameras_of_a_fact_with_an_unreadable_one_are_closed_nevertheless() -> None:
    batch = camera_pb2.CameraBatch(cameras=[described("x" * 200, "RETIRED"), described(TWO, "RETIRED")])
    news = read_news(f"{SUBJECT}cameras.transitioned", fact(batch))
    assert (news.closed, news.is_whole) == ((TWO,), False)


@given(st.sampled_from(["camera", "cameras", "system"]), st.binary(max_size=200))
def test_hostile_bytes_are_never_an_exception_and_never_close_anything_by_a_wrong_name(
    resource: str, data: bytes
) -> None:
    assert all(name.startswith("districts/") for name in read_news(f"{SUBJECT}{resource}.changed", data).closed)


@pytest.mark.parametrize(
    ("state", "is_accepted", "is_operating", "is_barred"),
    [
        ("UNSPECIFIED", False, False, False),
        ("PLANNED", False, False, False),
        ("BUILT", False, False, False),
        ("ACCEPTED", True, False, False),
        ("IN_SERVICE", True, True, False),
        ("SUSPENDED_BY_OPERATOR", True, False, False),
        ("SUSPENDED_BY_PUBLIC_SECURITY", True, False, True),
        ("RETIRED", True, False, True),
    ],
)
def test_a_state_is_what_decisions_make_of_it(
    state: str, is_accepted: bool, is_operating: bool, is_barred: bool
) -> None:
    found = camera(described(ONE, state))
    assert (found.is_accepted, found.is_operating, found.is_barred) == (is_accepted, is_operating, is_barred)
