"""Placement: the same camera lands on the same relay, and only a dead relay's cameras move."""

from datetime import UTC, datetime, timedelta

from services.streams.placement import Relay, place

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CAMERAS = [f"districts/440104/cameras/{number:020d}" for number in range(600)]


def relay(name: str, age_s: float = 0.0) -> Relay:
    return Relay(name, b"", "127.0.0.1", 8554, 0, NOW - timedelta(seconds=age_s))


def test_cameras_are_spread_evenly_enough() -> None:
    relays = [relay(f"relay-{number}") for number in range(3)]
    shares = [sum(place(camera, relays, NOW) is one for camera in CAMERAS) for one in relays]
    assert min(shares) > 150


def test_only_the_cameras_of_a_silent_relay_move() -> None:
    alive = [relay("relay-1"), relay("relay-2")]
    before = {camera: place(camera, [*alive, relay("relay-3")], NOW) for camera in CAMERAS}
    after = {camera: place(camera, [*alive, relay("relay-3", age_s=4)], NOW) for camera in CAMERAS}
    moved = {camera for camera in CAMERAS if before[camera] != after[camera]}
    assert moved == {camera for camera in CAMERAS if (old := before[camera]) and old.name == "relay-3"}


def test_without_a_relay_alive_there_is_no_place() -> None:
    assert place(CAMERAS[0], [relay("relay-1", age_s=60)], NOW) is None
