"""The genesis policy, article by article: who may do what, by which rule, and what a refusal says to do next."""

from dataclasses import replace

import pytest

from services.decider.decider import Decider
from services.decider.decision import Decision
from services.decider.facts import (
    NO_CIRCUMSTANCES,
    Action,
    AgencyKind,
    Area,
    Camera,
    Circumstances,
    Inspection,
    Principal,
)
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    EVERYBODY,
    FIRE,
    INFORMATIZATION,
    LATER,
    NOW,
    OPERATOR,
    PARK,
    POLICE,
    SECRET,
    SECTOR,
    SECURITY,
    TIANHE,
    TUNNEL,
    URBAN,
    deciding,
    papers,
    principal,
    takeover,
    with_papers,
)

DECIDER = deciding()
BURNING = Circumstances(incidents=(FIRE,))
ELSEWHERE = principal(AgencyKind.PUBLIC_SECURITY, TIANHE)


def ask(who: Principal, action: str, camera: Camera = TUNNEL, facts: Circumstances = NO_CIRCUMSTANCES) -> Decision:
    return DECIDER.decide(who, camera, Action(action), facts, NOW)


@pytest.mark.parametrize(
    ("who", "camera", "rule"),
    [
        (POLICE, TUNNEL, "art14-live-district-police"),
        (CITY_POLICE, TUNNEL, "art14-live-municipal-police"),
        (URBAN, PARK, "art14-live-district-urban"),
        (COMMAND, replace(TUNNEL, level=3), "art14-live-municipal-command"),
        (OPERATOR, TUNNEL, "art21-live-own"),
        (OPERATOR, SECRET, "art21-live-own"),
    ],
)
def test_standing_live_viewing_rests_on_level_and_permission(who: Principal, camera: Camera, rule: str) -> None:
    decision = ask(who, "live", camera)
    assert (decision.allowed, decision.rule, decision.valid_until) == (True, rule, None)


@pytest.mark.parametrize(
    ("who", "camera"),
    [
        (URBAN, TUNNEL),
        (URBAN, replace(PARK, level=3)),
        (COMMAND, TUNNEL),
        (SECTOR, PARK),
        (INFORMATIZATION, PARK),
        (SECURITY, TUNNEL),
        (ELSEWHERE, TUNNEL),
        (replace(POLICE, clearance=3), TUNNEL),
        (replace(OPERATOR, agency="agencies/another"), PARK),
    ],
)
def test_live_viewing_above_the_level_or_elsewhere_is_refused_by_default(who: Principal, camera: Camera) -> None:
    decision = ask(who, "live", camera)
    assert (decision.allowed, decision.rule, decision.article) == (False, "default-deny", "Article 14 ¶1")


@pytest.mark.parametrize("action", ["playback", "copy", "take-over"])
@pytest.mark.parametrize(("who", "kind"), [(POLICE, "police"), (CITY_POLICE, "police"), (SECURITY, "security")])
def test_retrieval_and_takeover_need_papers_and_last_as_long(who: Principal, kind: str, action: str) -> None:
    refused = ask(who, action)
    assert (refused.allowed, refused.nearest_rule, refused.lacking) == (False, f"art18-{action}-{kind}", ("papers",))
    assert "letter of introduction" in refused.sentence
    assert "Article 19" in refused.sentence
    allowed = ask(who, action, facts=with_papers(who))
    assert (allowed.allowed, allowed.rule, allowed.valid_until) == (True, f"art18-{action}-{kind}", LATER)
    assert allowed.article == "Article 18 ¶1, Article 19"
    assert allowed.conditions == ("papers", "reviewed")
    basis = replace(papers(who), held=frozenset({TUNNEL.name}))
    held = ask(who, action, facts=Circumstances(bases=(basis,)))
    assert (held.allowed, held.nearest_rule, held.lacking) == (False, f"art18-{action}-{kind}", ("reviewed",))
    assert "operator at your papers" in held.sentence


def test_papers_open_live_viewing_elsewhere_and_above_the_clearance() -> None:
    assert ask(ELSEWHERE, "live", facts=with_papers(ELSEWHERE)).rule == "art18-live-police"
    low = replace(POLICE, clearance=1)
    assert ask(low, "live", facts=with_papers(low)).rule == "art18-live-police"


def test_standing_permission_is_named_before_papers_that_would_end() -> None:
    assert ask(POLICE, "live", facts=with_papers(POLICE)).rule == "art14-live-district-police"


def test_papers_alone_open_nothing_to_other_departments() -> None:
    decision = ask(URBAN, "copy", facts=with_papers(URBAN))
    assert (decision.allowed, decision.lacking) == (False, ("incident",))


@pytest.mark.parametrize("action", ["live", "playback", "copy"])
@pytest.mark.parametrize(("who", "kind"), [(COMMAND, "command"), (URBAN, "urban")])
def test_an_incident_opens_its_cameras_to_the_departments_it_names(who: Principal, kind: str, action: str) -> None:
    refused = ask(who, action)
    assert (refused.nearest_rule, refused.lacking) == (f"art18-{action}-incident-{kind}", ("incident",))
    allowed = ask(who, action, facts=BURNING)
    assert (allowed.rule, allowed.valid_until) == (f"art18-{action}-incident-{kind}", LATER)
    assert not DECIDER.decide(who, TUNNEL, Action(action), BURNING, LATER).allowed
    assert not ask(SECTOR, action, facts=BURNING).allowed


def test_emergency_command_takes_over_in_an_incident_and_points_what_it_holds() -> None:
    assert not ask(COMMAND, "take-over").allowed
    assert ask(COMMAND, "take-over", facts=BURNING).rule == "art18-take-over-command"
    assert ask(COMMAND, "control", facts=BURNING).lacking == ("holds-control",)
    held = Circumstances(incidents=(FIRE,), takeovers=(takeover(COMMAND),))
    pointing = ask(COMMAND, "control", facts=held)
    assert (pointing.rule, pointing.valid_until) == ("art18-control-command", LATER)


def test_only_the_holder_points_and_the_refusal_names_it() -> None:
    held = Circumstances(incidents=(FIRE,), takeovers=(takeover(COMMAND),))
    assert ask(OPERATOR, "control").rule == "art20-control-own"
    for who in (OPERATOR, POLICE, SECURITY):
        refused = ask(who, "control", facts=held)
        assert (refused.rule, refused.held_by) == ("art18-deny-control-held-by-other", COMMAND.agency)
    assert DECIDER.decide(OPERATOR, TUNNEL, Action.CONTROL, held, LATER).allowed


def test_urban_management_and_sectors_never_take_over() -> None:
    for who in (URBAN, SECTOR, INFORMATIZATION, OPERATOR):
        assert not ask(who, "take-over", facts=Circumstances(incidents=(FIRE,), bases=with_papers(who).bases)).allowed


def test_nobody_deletes_whatever_they_hold() -> None:
    for who in EVERYBODY:
        everything = Circumstances(bases=with_papers(who).bases, incidents=(FIRE,), takeovers=(takeover(who),))
        assert ask(who, "delete", facts=everything).rule == "art16-deny-delete"


def test_a_suspended_principal_has_nothing() -> None:
    for action in Action:
        assert not ask(replace(POLICE, is_suspended=True), action, facts=with_papers(POLICE)).allowed
    assert ask(replace(OPERATOR, is_suspended=True), "live").rule == "art14-deny-suspended"


@pytest.mark.parametrize("action", ["live", "playback", "copy", "control", "take-over"])
def test_a_camera_whose_system_is_not_accepted_is_not_relayed(action: str) -> None:
    unaccepted = replace(TUNNEL, is_accepted=False)
    for who in (POLICE, OPERATOR, SECURITY):
        refused = ask(who, action, unaccepted, with_papers(who))
        assert (refused.rule, refused.article) == (
            "art10-deny-not-accepted",
            "Article 8, Article 10 ¶1, Article 25",
        )
    assert ask(OPERATOR, "configure", unaccepted).allowed
    assert ask(POLICE, "describe", unaccepted).allowed


def test_inspection_is_for_public_security_within_an_open_one() -> None:
    opened = Inspection("inspections/1", POLICE.agency, Area(cameras=frozenset({TUNNEL.name})), NOW, LATER)
    facts = Circumstances(inspections=(opened,))
    assert ask(POLICE, "inspect").lacking == ("inspection",)
    assert ask(POLICE, "inspect", facts=facts).rule == "art17-inspect-district-police"
    assert not ask(COMMAND, "inspect", facts=facts).allowed


def test_state_secrets_are_closed_to_all_but_national_security_and_their_operator() -> None:
    for who in EVERYBODY:
        facts = Circumstances(with_papers(who, SECRET).bases, (FIRE,), (takeover(who, camera=SECRET),))
        allowed = {action for action in Action if ask(who, action, SECRET, facts).allowed}
        if who is SECURITY:
            assert allowed >= {Action.DESCRIBE, Action.LIVE, Action.COPY, Action.TAKE_OVER, Action.CONTROL}
        elif who is OPERATOR:
            assert allowed >= {Action.DESCRIBE, Action.LIVE, Action.CONFIGURE}
        else:
            assert not allowed, who.name


def test_without_a_policy_everything_is_denied() -> None:
    decision = Decider().decide(POLICE, PARK, Action.DESCRIBE, NO_CIRCUMSTANCES, NOW)
    assert (decision.allowed, decision.revision) == (False, 0)


def test_a_refusal_that_no_row_could_lift_says_how_permissions_change() -> None:
    decision = ask(SECTOR, "configure")
    assert decision.nearest_rule == "art16-configure-own"  # it would have to be its own camera
    assert decision.lacking == ("relation",)
    assert "Article 14 ¶2" in ask(SECTOR, "control").sentence


def test_explain_names_what_matched_what_holds_and_what_came_near() -> None:
    told = DECIDER.explain(POLICE, TUNNEL, Action.LIVE, NO_CIRCUMSTANCES, NOW)
    assert [near.row.rule for near in told.matched] == ["art14-live-district-police"]
    assert told.conditions == ("cleared", "operating", "trained", "on-duty")
    assert told.roles == ("public-security", "public-security@district")
    assert (told.nearest[0].row.rule, told.nearest[0].lacking) == ("art18-live-police", ("papers",))
    assert told.decision == ask(POLICE, "live")
