"""Who sees which findings, and pages that fit."""

from datetime import timedelta

import pytest

from services.audit.domain import Reader
from services.audit.findings_listing import Place, Query, Sight, cut, sight_of
from services.audit.listing import LARGEST_PAGE_BYTES
from services.chassis import errors
from tests.unit.audit.findings import at, found

CITY, YUEXIU = "440100", "440104"
MUNICIPAL, DISTRICT = ("municipal", "agencies/a", CITY), ("district", "agencies/a", YUEXIU)


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        (Reader("operator", *MUNICIPAL), Sight("agencies/a")),
        (Reader("operator", *DISTRICT), Sight("agencies/a")),
        (Reader("public-security", *MUNICIPAL), Sight("agencies/a", is_city_wide=True)),
        (Reader("national-security", *MUNICIPAL), Sight("agencies/a", is_city_wide=True, shows_sealed=True)),
        (Reader("public-security", *DISTRICT), Sight("agencies/a", district=YUEXIU)),
        (Reader("public-security", "district", "agencies/a", ""), None),
        (Reader("national-security", *DISTRICT), None),
        *((Reader(kind, *MUNICIPAL), None) for kind in (
            "information-technology", "urban-management", "emergency-command", "sector-authority", "")),
    ],
)  # fmt: skip
def test_operators_see_their_own_and_public_security_what_it_supervises(reader: Reader, seen: Sight | None) -> None:
    assert sight_of(reader) == seen


def test_a_token_leads_behind_the_last_of_its_page() -> None:
    last = found(0.5)
    token = Query("Article 12").token(last)
    assert Query("Article 12", page_token=token).behind() == Place(at(0.5), *last.owed.key)


@pytest.mark.parametrize("other", [Query("Article 13"), Query(), Query("Article 12", includes_resolved=True)])
def test_a_token_of_another_list_is_refused(other: Query) -> None:
    query = Query(other.article, other.includes_resolved, page_token=Query("Article 12").token(found()))
    with pytest.raises(errors.InvalidArgument, match="page_token"):
        query.refuse_unless_sound()


@pytest.mark.parametrize("token", ["x", "é", "W10", "bnVsbA", "[" * 500, "A" * 100_000, "=", "\0"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(errors.InvalidArgument, match="page_token"):
        Query(page_token=token).refuse_unless_sound()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (Query(page_size=-1), "page_size"),
        (Query("12"), "article"),
        (Query("Article 12\0"), "article"),
        (Query("Article %"), "article"),
        (Query("x" * 1_000_000), "article"),
    ],
)
def test_what_can_not_be_asked_is_named(query: Query, field: str) -> None:
    with pytest.raises(errors.InvalidArgument) as refusal:
        query.refuse_unless_sound()
    assert [violation.field for violation in refusal.value.violations] == [field]
    assert len(refusal.value.message) < 200


def test_a_page_of_long_texts_is_cut_to_one_message_and_goes_on() -> None:
    many = [found(-minutes, sentence="长" * 1000, districts=("440104",) * 64) for minutes in range(1001)]
    page = cut(Query(page_size=1000), many)
    assert 0 < len(page.findings) < 1000
    assert sum(len(f.owed.sentence.encode()) for f in page.findings) <= LARGEST_PAGE_BYTES
    place = Query(page_token=page.next_token).behind()
    assert place is not None
    assert place.raised_at == at(0) - timedelta(minutes=len(page.findings) - 1)


def test_the_last_page_has_no_token() -> None:
    assert cut(Query(page_size=2), [found(), found(-1)]).next_token == ""
    assert cut(Query(page_size=2), []).next_token == ""
    assert cut(Query(page_size=1), [found(), found(-1)]).next_token != ""
