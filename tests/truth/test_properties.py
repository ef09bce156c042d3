"""What holds of every policy: denials override. And of ours: nobody gains by less clearance or by fewer papers."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.decider.conditions import CONDITIONS
from services.decider.engine import Engine
from services.decider.facts import CATEGORIES, LEVELS, Action, AgencyKind, Circumstances, Relation, Tier
from services.decider.model import Request, matches
from services.decider.policy import Policy, Row
from services.decider.roles import Role
from services.decider.vocabulary import ANY, ROLES
from tests.truth.scenes import Scene, scenes
from tests.truth.test_scenes import decided
from tests.unit.decider.cast import GENESIS, NOW, deciding

DENIALS = {row.rule for row in GENESIS.rows if not row.is_allow}


def cell(words: list[str], least: int = 1) -> st.SearchStrategy[str]:
    """`any`, or a few words of a column; a need is never `any`."""
    some = st.lists(st.sampled_from(words), min_size=least, max_size=4, unique=True).map(" ".join)
    return some | st.just(ANY) if least else some


rows = st.builds(
    Row,
    rule=st.uuids().map(str),
    article=st.just("14.1"),
    role=cell([*ROLES]),
    relation=cell([*Relation]),
    action=cell([*Action]),
    levels=cell([str(level) for level in LEVELS]),
    categories=cell([str(category) for category in CATEGORIES]),
    needs=cell([*CONDITIONS], least=0),
    effect=st.sampled_from(["allow", "deny"]),
    sentence=st.just("May or may not"),
)
requests: st.SearchStrategy[Request] = st.tuples(
    st.sampled_from([f"{kind} {kind}@{tier}" for kind in AgencyKind for tier in Tier]),
    st.sampled_from([str(relation) for relation in Relation]),
    st.sampled_from([str(action) for action in Action]),
    st.sampled_from(LEVELS),
    st.sampled_from(CATEGORIES),
    st.integers(0, 2 ** len(CONDITIONS) - 1),
)


def allows(some: list[Row], request: Request) -> bool:
    return Engine(Policy(tuple(some)), revision=1).judge(request)[0].allowed


def hitting(row: Row, request: Request) -> Row:
    """The row, widened where it misses the request."""
    roles, relation, action, level, category, _ = request
    wide = {"role": roles.split()[0], "relation": relation, "action": action, "needs": ""}
    return replace(row, levels=str(level), categories=str(category), **wide)


@given(st.lists(rows, max_size=6), rows, requests, st.integers(0, 7))
@settings(deadline=None)
def test_a_denial_overrides_every_allowance_wherever_it_stands(
    some: list[Row], row: Row, request: Request, place: int
) -> None:
    allowing, denying = (replace(hitting(row, request), rule=e, effect=e) for e in ("allow", "deny"))
    assert not allows([*some[:place], denying, allowing, *some[place:]], request)
    assert allows([*some, allowing], request) == all(each.is_allow for each in some if matches(each, request))


@given(st.lists(rows, max_size=6), rows, requests)
@settings(deadline=None)
def test_any_row_moves_the_verdict_its_own_way_or_not_at_all(some: list[Row], row: Row, request: Request) -> None:
    before, after = allows(some, request), allows([*some, row], request)
    assert before <= after if row.is_allow else after <= before


@given(scenes)
@settings(max_examples=300, deadline=None)
def test_a_higher_clearance_takes_nothing_away(scene: Scene) -> None:
    ladder = [decided(replace(scene, principal=replace(scene.principal, clearance=level))).allowed for level in LEVELS]
    assert ladder == sorted(ladder)


def poorer(scene: Scene) -> Iterator[Scene]:
    """The scene with one paper, incident, inspection or takeover of the principal's own agency less."""
    facts, agency = scene.circumstances, scene.principal.agency
    for column in Circumstances.__dataclass_fields__:
        held = getattr(facts, column)
        for n, fact in enumerate(held):
            if column != "takeovers" or fact.agency == agency:
                yield replace(scene, circumstances=replace(facts, **{column: held[:n] + held[n + 1 :]}))


@given(scenes)
@settings(max_examples=300, deadline=None)
def test_nobody_gains_by_losing_a_paper(scene: Scene) -> None:
    if not decided(scene).allowed:
        assert not any(decided(less).allowed for less in poorer(scene))


def test_no_class_gains_by_losing_a_condition_that_is_not_a_denial() -> None:
    """The same of the rows: what an allowance needs, no denial needs."""
    needed: dict[str, set[str]] = {"allow": set(), "deny": set()}
    for row in GENESIS.rows:
        needed[row.effect].update(row.needs.split())
    assert not needed["allow"] & needed["deny"]
    assert needed["allow"] | needed["deny"] == set(CONDITIONS)


def stand_in(kind: AgencyKind) -> str:
    """The role that gives anybody what rows give a kind of agency."""
    return f"like-{kind.value}"


def generous() -> Policy:
    """Our rows, of which each that names a kind of agency names its stand-in too: no parser would take all of them."""
    anybody = " ".join(AgencyKind)
    roles = [Role(stand_in(kind), "14.1", anybody, "agency", "Stands in") for kind in AgencyKind]
    rows = [
        replace(row, role=" ".join((row.role, *(stand_in(kind) for kind in AgencyKind if kind in row.role.split()))))
        for row in GENESIS.rows
    ]
    return Policy(tuple(rows), tuple(roles))


GENEROUS = deciding(generous())


@given(scenes, st.frozensets(st.sampled_from([*map(stand_in, AgencyKind), "viewer", "auditor"]), max_size=3))
@settings(max_examples=300, deadline=None)
def test_a_further_role_lifts_no_denial_and_one_that_is_not_defined_changes_nothing(
    scene: Scene, roles: frozenset[str]
) -> None:
    plain = decided(scene)
    laden = replace(scene.principal, roles=roles)
    richer = GENEROUS.decide(laden, scene.camera, scene.action, scene.circumstances, NOW)
    if plain.rule in DENIALS:
        assert not richer.allowed
    if roles <= {"viewer", "auditor"}:
        assert (richer.allowed, richer.rule) == (plain.allowed, plain.rule)
