"""Pages of a list: whole, in order, bounded, and with tokens that fit no other list."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import InvalidArgument
from services.registry.listing import Query, cut
from tests.unit.registry.cameras import numbered

SQUARE = ((23.0, 113.0), (23.0, 114.0), (24.0, 114.0), (24.0, 113.0))


@given(st.integers(1, 7), st.lists(st.booleans(), max_size=40))
def test_pages_of_any_size_add_up_to_the_list(size: int, inside: list[bool]) -> None:
    cameras = [numbered(n, latitude=23.5 if is_in else 25.0) for n, is_in in enumerate(inside)]
    found, token = [], ""
    for _ in range(len(cameras) + 2):
        query = Query(area=SQUARE, page_size=size, page_token=token)
        page = cut(query, [camera for camera in cameras if camera.name > query.after()][: query.scan])
        assert len(page.cameras) <= size
        found += page.cameras
        token = page.next_token
        if not token:
            break
    assert found == [camera for camera in cameras if camera.latitude == 23.5]


def test_a_full_scan_without_a_match_still_leads_on() -> None:
    query = Query(area=SQUARE, page_size=5)
    page = cut(query, [numbered(n, latitude=25.0) for n in range(query.scan)])
    assert page.cameras == ()
    assert Query(area=SQUARE, page_size=5, page_token=page.next_token).after() == numbered(query.scan - 1).name


def test_a_ragged_area_costs_no_more_than_a_plain_one() -> None:
    ragged = tuple((23.0 + n / 5000, 113.0 + n % 2) for n in range(1000))
    assert len(ragged) * Query(area=ragged, page_size=1000).scan <= 200_000


@pytest.mark.parametrize(
    "query",
    [
        Query(page_size=-1),
        Query(category=14),
        Query(area=SQUARE[:2]),
        Query(area=SQUARE * 251),
        Query(area=((23.0, 113.0), (23.5, 113.5), (24.0, 114.0))),
        Query(area=(*SQUARE, (float("nan"), 113.0))),
        Query(area=(*SQUARE, (91.0, 113.0))),
    ],
)
def test_a_list_that_means_nothing_is_refused(query: Query) -> None:
    with pytest.raises(InvalidArgument):
        query.refuse_unless_sound()


@pytest.mark.parametrize(
    "token", ["x", "é", "A" * 10_000, *(base64.urlsafe_b64encode(t).decode() for t in (b"[]", b"{}", b"1", b'["", 1]'))]
)
def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidArgument):
        Query(page_token=token).after()


def test_a_token_fits_its_own_list_only() -> None:
    token = Query(district="440104").token(numbered(1).name)
    assert Query(district="440104", page_token=token).after() == numbered(1).name
    for other in (Query(), Query(district="440106"), Query(district="440104", category=3)):
        with pytest.raises(InvalidArgument):
            Query(other.district, other.category, other.area, page_token=token).after()
