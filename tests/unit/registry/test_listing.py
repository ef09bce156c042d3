"""What may be asked of a list, and tokens of its pages that fit no other list."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import InvalidArgument
from services.registry.area import Box
from services.registry.health import Health
from services.registry.listing import DEFAULT_SIZE, LARGEST_SIZE, ORDERS, Filter, Query
from services.registry.system.record import LifeState
from services.registry.units import ClassFilter
from tests.unit.registry.cameras import code

BOX = Box(23.0, 113.0, 24.0, 114.0)
keys: dict[str, st.SearchStrategy[Any]] = {"code": st.integers(1, 999_999).map(code), "change": st.integers(0, 2**62)}


def filtered(**parts: Any) -> Query:
    return Query(Filter(ClassFilter(**{name: frozenset(values) for name, values in parts.items()})))


def forged(query: Query, key: object) -> Query:
    """With a token that is bound to the list, as anybody can make one, and leads behind ``key``."""
    bound_to, _ = json.loads(base64.urlsafe_b64decode(query.token("x") + "=="))
    text = json.dumps([bound_to, key])
    return replace(query, page_token=base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))


@given(st.sampled_from(sorted(ORDERS)), st.data())
def test_a_token_leads_behind_the_key_it_was_made_of(order: str, data: st.DataObject) -> None:
    query = Query(order_by=order)
    key = data.draw(keys[ORDERS[order][0]])
    assert replace(query, page_token=query.token(key)).after() == key


def test_the_first_page_is_behind_nothing_and_the_last_leads_nowhere() -> None:
    assert Query().after() is None
    assert Query().token(None) == ""


@pytest.mark.parametrize(
    "other",
    [
        Query(order_by="update_time"),
        Query(order_by="name desc"),
        filtered(districts=["440106"]),
        filtered(systems=["440104"]),
        filtered(levels=[1]),
        Query(Filter(ClassFilter(districts=frozenset({"440104"})), text="天河")),
        Query(Filter(ClassFilter(districts=frozenset({"440104"})), area=BOX)),
    ],
)
def test_a_token_fits_its_own_list_only(other: Query) -> None:
    token = filtered(districts=["440104"]).token(code(1))
    with pytest.raises(InvalidArgument):
        replace(other, page_token=token).after()


def test_a_token_does_not_mind_another_page_size_or_another_order_of_the_same_words() -> None:
    token = filtered(districts=["440104", "440106"]).token(code(1))
    again = replace(filtered(districts=["440106", "440104"]), page_size=7, page_token=token)
    assert again.after() == code(1)


@pytest.mark.parametrize(
    "token", ["x", "é", "A" * 10_000, *(base64.urlsafe_b64encode(t).decode() for t in (b"[]", b"{}", b"1", b'["", 1]'))]
)
def test_a_token_that_is_none_is_refused(token: str) -> None:
    with pytest.raises(InvalidArgument):
        Query(page_token=token).after()


@pytest.mark.parametrize(
    ("order", "key"),
    [("name", 1), ("name", ""), ("name", "\x00"), ("name", None), ("name", "４"), ("update_time", code(1)),
     ("update_time", -1), ("update_time", 2**64), ("update_time", True), ("update_time", 1.5), ("update_time", [1])],
)  # fmt: skip
def test_a_forged_token_brings_nothing_to_the_database_that_is_no_key(order: str, key: object) -> None:
    with pytest.raises(InvalidArgument):
        forged(Query(order_by=order), key).after()


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        (Query(page_size=-1), {"page_size"}),
        (Query(order_by="code"), {"order_by"}),
        (filtered(districts=["440199"]), {"filter.districts"}),
        (filtered(categories=[0, 14]), {"filter.place_categories"}),
        (filtered(levels=[0, 6], states=[99], healths=[-1]),
         {"filter.security_levels", "filter.states", "filter.healths"}),
        (filtered(systems=[f"operators/x/systems/{n}" for n in range(101)]), {"filter.systems"}),
        (filtered(operators=[f"agencies/{n}" for n in range(101)]), {"filter.operators"}),
        (Query(Filter(text="  ")), {"filter.text"}),
        (Query(Filter(area=Box(24.0, 113.0, 23.0, 114.0))), {"filter.area.box"}),
        (Query(Filter(ClassFilter(levels=frozenset({9})), text="x" * 101)), {"filter.security_levels", "filter.text"}),
    ],
)  # fmt: skip
def test_a_list_that_means_nothing_is_refused_with_each_wrong_field(query: Query, fields: set[str]) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        query.refuse_unless_sound()
    assert {violation.field for violation in refusal.value.violations} == fields


def test_hostile_words_are_not_repeated_whole() -> None:
    with pytest.raises(InvalidArgument) as refusal:
        filtered(districts=[letter * 100_000 for letter in "abcde"]).refuse_unless_sound()
    assert len(refusal.value.message) < 1000


def test_every_value_that_a_camera_can_have_may_be_asked_for() -> None:
    query = filtered(districts=["440100", "440118"], categories=range(1, 14), levels=range(1, 6), states=LifeState,
                     healths=Health)  # fmt: skip
    assert query.refuse_unless_sound() is None
    wanted = Query(Filter(text="天河 gate")).refuse_unless_sound()
    assert wanted is not None
    assert wanted.matches(["天河公园", "north gate"])


@pytest.mark.parametrize("wanted", [Filter(text="天河"), Filter(area=BOX), Filter(ClassFilter(levels=frozenset({9})))])
def test_what_is_kept_by_classes_is_asked_by_classes(wanted: Filter) -> None:
    with pytest.raises(InvalidArgument):
        wanted.refuse_unless_of_classes("cameras are counted")
    Filter(ClassFilter(levels=frozenset({5}))).refuse_unless_of_classes("cameras are counted")


def test_pages_are_bounded() -> None:
    assert [Query(page_size=n).size for n in (0, 1, 10**6)] == [DEFAULT_SIZE, 1, LARGEST_SIZE]
