"""The ring: what it keeps, what it lets go, and where a slow viewer goes on."""

from hypothesis import given
from hypothesis import strategies as st

from services.streams.relay.ring import Ring
from services.streams.relay.rtp import AccessUnit


def filled(kinds: str, *, size: int = 100, bytes_most: int = 10_000, picture_s: float = 0.04) -> Ring:
    """A ring after the pictures ``kinds``: K key, d delta."""
    ring = Ring(bytes_most=bytes_most)
    for i, kind in enumerate(kinds):
        ring.append(AccessUnit(bytes(size), kind == "K", i, i, i * picture_s))
    return ring


def test_it_keeps_the_group_under_way_and_the_one_before() -> None:
    ring = filled("KddKddKd")
    assert (ring.first, ring.key, ring.head) == (3, 6, 8)
    assert ring.size_bytes == 500


def test_a_viewer_a_little_behind_goes_on_where_it_is() -> None:
    ring = filled("KddKdd")
    assert [ring.resume(cursor) for cursor in range(7)] == [0, 1, 2, 3, 4, 5, 6]


def test_a_viewer_behind_the_ring_is_cut_back_to_the_newest_key_picture() -> None:
    assert filled("KddKddKd").resume(1) == 6


def test_a_viewer_too_late_is_cut_back_when_there_is_a_newer_key_picture_only() -> None:
    ring = filled("KdddKd", picture_s=1.0)
    assert ring.resume(2) == 4
    assert ring.resume(4) == 4
    assert filled("Kddddd", picture_s=1.0).resume(0) == 0, "a new viewer takes the whole group"


def test_a_group_larger_than_the_ring_is_given_up_and_its_viewers_wait() -> None:
    ring = filled("K" + "d" * 20, bytes_most=1000)
    assert (ring.key, ring.size_bytes) == (None, 1000)
    assert ring.resume(0) is None


@given(st.text("Kd", max_size=60), st.integers(1, 400), st.integers(100, 2000), st.integers(0, 60))
def test_it_is_bounded_and_a_cut_lands_on_a_key_picture(kinds: str, size: int, most: int, cursor: int) -> None:
    ring = filled(kinds, size=size, bytes_most=most)
    assert ring.size_bytes == size * (ring.head - ring.first) <= most
    assert ring.key is None or ring[ring.key].is_key
    if cursor <= ring.head:
        goes_on = ring.resume(cursor)
        assert goes_on in (cursor, ring.key)
        assert goes_on is None or ring.first <= goes_on <= ring.head
