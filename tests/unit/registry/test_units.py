"""Classes by vectors say what one line of Python says of each class; units make up a mask exactly, each class once."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import operator_of
from services.registry.kind import Kind, stock
from services.registry.permission import Scope, ScopeClass
from services.registry.units import Classes, ClassFilter, ClassRow, Mask, Units
from tests.unit.registry.cameras import camera, code

DISTRICTS, CATEGORIES, LEVELS = ("440104", "440106"), (3, 10), (0, 1, 5)
SYSTEMS = ("operators/metro/systems/a", "operators/metro/systems/b", "operators/parks/systems/a")
OPERATORS = ("agencies/metro", "agencies/parks", "agencies/nobody")
kinds = st.builds(
    Kind, st.sampled_from(DISTRICTS), st.sampled_from(CATEGORIES), st.sampled_from(LEVELS), st.sampled_from((1, 7)),
    st.sampled_from((0, 3)),
)  # fmt: skip
places = st.lists(st.tuples(st.sampled_from(SYSTEMS), kinds), unique=True, max_size=40)


@st.composite
def rows(draw: st.DrawFn) -> list[ClassRow]:
    """Classes with ids that count up and leave gaps."""
    made, number = [], 0
    for system, kind in draw(places):
        number += draw(st.integers(1, 3))
        made.append(ClassRow(number, system, kind.number))
    return made


def some(values: tuple[object, ...]) -> st.SearchStrategy[frozenset[object]]:
    return st.frozensets(st.sampled_from(values), max_size=2)


filters = st.builds(
    ClassFilter, some(DISTRICTS), some(CATEGORIES), some(LEVELS), some(OPERATORS), some((*SYSTEMS, "operators/no/one")),
    some((1, 4, 7)), some((0, 3, 4)),
)  # fmt: skip
scopes = st.builds(
    Scope,
    st.lists(
        st.builds(
            ScopeClass, st.just("rule"), some(LEVELS), some(CATEGORIES), some(DISTRICTS), some(DISTRICTS),
            st.sampled_from(("", *OPERATORS)), st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
)  # fmt: skip


def asked_for(row: ClassRow, wanted: ClassFilter) -> bool:
    """The same as Classes.filtered, of one class."""
    kind = Kind.of(row.kind)
    pairs = (
        (kind.district, wanted.districts), (kind.category, wanted.categories), (kind.level, wanted.levels),
        (kind.state, wanted.states), (kind.health, wanted.healths), (row.system, wanted.systems),
        (operator_of(row.system), wanted.operators),
    )  # fmt: skip
    return all(not values or value in values for value, values in pairs)


def held(row: ClassRow, scope: Scope) -> bool:
    """The same as Classes.permitted, of one class, by what ScopeClass says of a camera."""
    kind = Kind.of(row.kind)
    one = camera(code=code(1, kind.district), system=row.system, category=kind.category, level=kind.level)
    return any(found.holds(one) for found in scope.classes)


def covered(units: Units, known: list[ClassRow]) -> Counter[int]:
    """By class how often a walk over ``units`` meets it."""
    return Counter(
        row.id
        for row in known
        for reached in (row.id in units.class_id, row.kind in units.kind, stock(row.kind) in units.stock)
        if reached
    )


def mask_of(known: list[ClassRow], chosen: frozenset[int]) -> Mask:
    return np.array([index in chosen for index in range(len(known))], bool)


@given(rows(), filters, scopes)
def test_filters_and_scopes_say_of_all_what_they_say_of_each(
    known: list[ClassRow], wanted: ClassFilter, scope: Scope
) -> None:
    classes = Classes(known)
    assert classes.ids(classes.filtered(wanted)) == {row.id for row in known if asked_for(row, wanted)}
    assert classes.ids(classes.permitted(scope)) == {row.id for row in known if held(row, scope)}


@given(rows(), st.frozensets(st.integers(0, 39)))
def test_units_meet_each_class_of_a_mask_once_and_no_other(known: list[ClassRow], chosen: frozenset[int]) -> None:
    classes, mask = Classes(known), mask_of(known, chosen)
    units = classes.units(mask)
    assert covered(units, known) == Counter(classes.ids(mask))
    assert bool(units) == bool(mask.any())


@given(rows())
def test_everything_is_as_few_units_as_there_are_stocks(known: list[ClassRow]) -> None:
    units = Classes(known).units(np.ones(len(known), bool))
    assert sorted(units.stock) == sorted({stock(row.kind) for row in known})
    assert not units.kind
    assert not units.class_id


@given(rows(), st.frozensets(st.integers(0, 39)), st.randoms(use_true_random=False))
def test_tallies_add_up_the_counts_of_a_mask(known: list[ClassRow], chosen: frozenset[int], chance: object) -> None:
    classes, mask = Classes(known), mask_of(known, chosen)
    counts = np.array([chance.randint(0, 3) for _ in known], np.int64)  # type: ignore[attr-defined] # random.Random
    told: dict[str, Counter[str]] = {}
    for index, row in enumerate(known):
        kind, n = Kind.of(row.kind), int(counts[index]) * (index in chosen)
        for facet in ("district", "category", "level", "state", "health"):
            told.setdefault(facet, Counter())[str(getattr(kind, facet))] += n
        told.setdefault("operator", Counter())[operator_of(row.system)] += n
    assert classes.tallied(mask, counts) == {
        facet: {value: n for value, n in told.get(facet, Counter()).items() if n}
        for facet in ("district", "category", "level", "operator", "state", "health")
    }


@given(rows(), st.integers(0, 40), st.integers(0, 40))
def test_what_is_learnt_bit_by_bit_is_what_is_learnt_at_once(known: list[ClassRow], one: int, other: int) -> None:
    """Also when two readers learn of overlapping parts; and what was known before does not change under anybody."""
    first = Classes(known[: min(one, other)])
    before = len(first)
    second = first.with_newer(known[: max(one, other)]).with_newer(known[:one]).with_newer(known)
    assert len(first) == before
    assert len(first.filtered(ClassFilter())) == before
    assert [second[row.id] for row in known] == known
    assert second.last_id == Classes(known).last_id
    assert len(second) == len(known)


def test_a_digit_that_no_class_can_have_finds_nothing() -> None:
    classes = Classes([ClassRow(1, SYSTEMS[0], Kind("440104", 3, 1, 1, 0).number)])
    for wanted in (ClassFilter(levels=frozenset({-1})), ClassFilter(states=frozenset({2**40}))):
        assert not classes.filtered(wanted).any()
