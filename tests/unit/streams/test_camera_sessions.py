"""Pages of a camera's sessions: their size, and tokens that belong to one list."""

from dataclasses import replace

import pytest

from services.chassis.errors import InvalidArgument
from services.streams.camera_sessions import Query, checked, cut
from tests.unit.audit.uses import CAMERA, OTHER, session

LISTED = [session(number, number) for number in range(3, 0, -1)]


def test_the_token_of_a_page_is_where_the_next_one_begins() -> None:
    query = Query(CAMERA, page_size=2)
    page = cut(query, LISTED)
    assert page.sessions == tuple(LISTED[:2])
    last = LISTED[1]
    assert replace(query, page_token=page.next_token).before == (last.opened_at, last.name)
    assert cut(query, LISTED[:2]).next_token == "", "nothing is behind a page that is full and no more"
    assert query.before is None


@pytest.mark.parametrize("other", [Query(OTHER, page_size=2), Query(CAMERA, includes_closed=True)])
def test_a_token_is_of_one_list_only(other: Query) -> None:
    token = cut(Query(CAMERA, page_size=2), LISTED).next_token
    with pytest.raises(InvalidArgument, match="page_token"):
        _ = replace(other, page_token=token).before


def test_a_page_has_its_bounds_and_a_camera_its_form() -> None:
    assert (Query(CAMERA).size, Query(CAMERA, page_size=5000).size) == (50, 1000)
    with pytest.raises(InvalidArgument, match="page_size"):
        _ = Query(CAMERA, page_size=-1).before
    assert checked(Query(CAMERA)) == Query(CAMERA)
    for wrong in ("", "districts/-/cameras/-", CAMERA + "\n", "districts/440104/cameras/1"):
        with pytest.raises(InvalidArgument, match="parent"):
            checked(Query(wrong))
