"""A census says of a class how many cameras stand so to one of its agencies, as asking for each camera would."""

from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from services.decider.facts import CITY, DISTRICTS, Action, AgencyKind, Camera, Principal, Relation, Tier
from services.decider.relation import relation
from services.permissions.agencies.domain import Agency
from services.permissions.joint.census import Census, Stock
from services.permissions.joint.simulation import Effect

NAMES = [f"agencies/{letter}" for letter in "abcdef"]
places = st.sampled_from((CITY, *DISTRICTS[:3]))
kinds = st.sampled_from((AgencyKind.OPERATOR, AgencyKind.URBAN_MANAGEMENT))
cities = st.lists(st.tuples(kinds, places), max_size=len(NAMES)).map(
    lambda drawn: [
        Agency(name, name, kind, Tier.MUNICIPAL if place == CITY else Tier.DISTRICT, place)
        for name, (kind, place) in zip(NAMES, drawn, strict=False)
    ]
)
stocks = st.lists(
    st.builds(
        Stock, st.sampled_from((*DISTRICTS[:3], "999999")), st.sampled_from((3, 8)), st.sampled_from((1, 4)),
        st.sampled_from(NAMES), st.integers(1, 9),
    ), max_size=12,
)  # fmt: skip


def stands(agency: Agency, stock: Stock) -> Relation:
    who = Principal("principals/one", agency.name, agency.kind, agency.tier, agency.jurisdiction, 4)
    return relation(who, Camera("c", stock.level, stock.category, stock.district, stock.operator, 0, 0, True))


@given(cities, stocks)
@settings(max_examples=60, deadline=None)
def test_cameras_and_agencies_are_those_that_stand_so(agencies: list[Agency], found: list[Stock]) -> None:
    census = Census(agencies, found)
    for kind, tier, how in product(AgencyKind, Tier, Relation):
        effect = Effect(f"{kind.value}@{tier.value}", how, Action.LIVE, (), True, (1, 2), (3,), "a", "b")
        concern = census.concern(effect)
        own = [agency for agency in agencies if (agency.kind, agency.tier) == (kind, tier)]
        assert concern.agencies == tuple(agency.name for agency in own)
        seen = [s for s in found if s.level == 1 and s.category == 3 and any(stands(a, s) is how for a in own)]
        assert concern.cameras == sum(stock.count for stock in seen)


def test_a_role_concerns_the_agencies_that_have_somebody_of_it() -> None:
    agencies = [
        Agency(n, n, AgencyKind.URBAN_MANAGEMENT, Tier.DISTRICT, d) for n, d in zip(NAMES, DISTRICTS, strict=False)
    ]
    found = [Stock(district, 3, 1, "agencies/z", 10**number) for number, district in enumerate(DISTRICTS[:3])]
    census = Census(agencies, found, {"duty-officer": {NAMES[1], "agencies/gone"}})
    effect = Effect(
        "urban-management@district", Relation.DISTRICT, Action.LIVE, (), True, (1,), (3,), "a", "b", "duty-officer"
    )
    concern = census.concern(effect)
    assert (concern.agencies, concern.cameras) == ((NAMES[1],), 10)
    assert census.concern(replace(effect, holding="")).cameras == 111
    assert census.concern(replace(effect, holding="nobody")).cameras == 0
