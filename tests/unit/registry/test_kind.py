"""Kinds as numbers: nothing is lost, and their order is that of their parts."""

from hypothesis import given
from hypothesis import strategies as st

from services.decider.facts import CATEGORIES, LEVELS
from services.registry.domain import PLACES
from services.registry.health import Health
from services.registry.kind import Kind, stock
from services.registry.system.record import LifeState
from tests.unit.registry.cameras import camera

KINDS = st.builds(
    Kind, st.sampled_from(PLACES), st.sampled_from(CATEGORIES), st.sampled_from((0, *LEVELS)),
    st.sampled_from(tuple(LifeState)), st.sampled_from(tuple(Health)),
)  # fmt: skip


@given(KINDS)
def test_a_kind_comes_back_from_its_number(kind: Kind) -> None:
    assert Kind.of(kind.number) == kind


@given(KINDS, KINDS)
def test_numbers_are_ordered_and_told_apart_as_their_parts_are(one: Kind, other: Kind) -> None:
    assert (one.number < other.number) == (one < other)
    assert (stock(one.number) == stock(other.number)) == (one[:3] == other[:3])


@given(KINDS)
def test_a_stock_fits_the_32_bits_of_its_column(kind: Kind) -> None:
    assert stock(kind.number) < 2**31


def test_a_number_is_read_by_eye() -> None:
    one = camera(level=2, state=LifeState.IN_SERVICE, health=Health.ONLINE)
    assert one.kind.number == 440104_10_2_4_1
