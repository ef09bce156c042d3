"""What the state of a camera's system changes, and who supervises systems: Articles 5, 8, 10, 14, 17, 18, 22."""

from dataclasses import replace

import pytest

from services.decider.facts import AgencyKind, Area, Camera, Circumstances, Inspection, Principal
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
    TUNNEL,
    URBAN,
    principal,
    takeover,
    with_papers,
)
from tests.unit.decider.test_decisions import BURNING, ELSEWHERE, ask


@pytest.mark.parametrize("action", ["live", "control", "take-over"])
def test_a_camera_that_public_security_suspended_or_that_is_retired_shows_nobody_anything(action: str) -> None:
    barred = replace(TUNNEL, is_operating=False, is_barred=True)
    for who in EVERYBODY:
        holding = Circumstances(with_papers(who).bases, (FIRE,), (takeover(who),))
        refused = ask(who, action, barred, holding)
        assert (refused.allowed, refused.rule) == (False, "art5-deny-barred"), who.name
        assert refused.article == "Article 5 ¶1, Article 10 ¶1"
        assert "suspended" in refused.sentence
        assert "retired" in refused.sentence


@pytest.mark.parametrize("action", ["playback", "copy"])
def test_what_a_barred_camera_recorded_before_stays_open_to_papers_and_to_its_operator(action: str) -> None:
    barred = replace(TUNNEL, is_operating=False, is_barred=True)
    assert ask(POLICE, action, barred).lacking == ("papers",)
    assert ask(POLICE, action, barred, with_papers(POLICE)).rule == f"art18-{action}-police"
    assert ask(COMMAND, action, barred, BURNING).allowed
    assert ask(OPERATOR, action, barred).rule == f"art16-{action}-own"


@pytest.mark.parametrize(
    ("who", "camera", "nearest"),
    [
        (POLICE, TUNNEL, "art14-live-district-police"),
        (CITY_POLICE, TUNNEL, "art14-live-municipal-police"),
        (URBAN, PARK, "art14-live-district-urban"),
        (COMMAND, PARK, "art14-live-municipal-command"),
    ],
)
def test_an_operators_suspension_binds_standing_viewing_and_says_what_it_does_not_bind(
    who: Principal, camera: Camera, nearest: str
) -> None:
    suspended = replace(camera, is_operating=False)
    refused = ask(who, "live", suspended)
    assert (refused.allowed, refused.nearest_rule, refused.lacking) == (False, nearest, ("operating",))
    assert "Article 19" in refused.sentence
    assert "Article 18 ¶2" in refused.sentence
    assert ask(who, "live", camera).allowed


def test_an_operators_suspension_does_not_bind_articles_17_and_18_nor_the_operator() -> None:
    suspended = replace(TUNNEL, is_operating=False)
    opened = Inspection("inspections/1", POLICE.agency, Area(cameras=frozenset({TUNNEL.name})), NOW, LATER)
    for action in ("live", "playback", "copy", "take-over"):
        assert ask(POLICE, action, suspended, with_papers(POLICE)).rule == f"art18-{action}-police"
        assert ask(COMMAND, action, suspended, BURNING).allowed
    held = Circumstances(incidents=(FIRE,), takeovers=(takeover(COMMAND),))
    assert ask(COMMAND, "control", suspended, held).rule == "art18-control-command"
    assert ask(POLICE, "inspect", suspended, Circumstances(inspections=(opened,))).allowed
    for action in ("live", "playback", "copy", "control", "configure"):
        assert ask(OPERATOR, action, suspended).allowed


def test_no_state_of_its_system_hides_a_camera_from_those_who_keep_or_supervise_it() -> None:
    suspended = replace(TUNNEL, is_operating=False)
    for camera in (replace(suspended, is_accepted=False), suspended, replace(suspended, is_barred=True)):
        assert ask(POLICE, "describe", camera).allowed
        assert ask(OPERATOR, "configure", camera).allowed
        assert ask(POLICE, "supervise", camera).allowed


@pytest.mark.parametrize(
    ("who", "rule"),
    [
        (POLICE, "art22-supervise-district-police"),
        (CITY_POLICE, "art22-supervise-municipal-police"),
        (SECURITY, "art22-supervise-municipal-security"),
        (principal(AgencyKind.NATIONAL_SECURITY, TUNNEL.district), "art22-supervise-district-security"),
    ],
)
def test_public_and_national_security_supervise_where_they_are_in_charge(who: Principal, rule: str) -> None:
    assert ask(who, "supervise").rule == rule
    own = ask(who, "supervise", replace(TUNNEL, operator=who.agency))
    assert (own.allowed, own.rule, own.lacking) == (False, "default-deny", ("relation",))  # nobody supervises itself


def test_supervision_is_for_nobody_else_nor_elsewhere_nor_of_state_secrets_by_the_police() -> None:
    for who in (URBAN, COMMAND, SECTOR, INFORMATIZATION, OPERATOR, ELSEWHERE):
        everything = Circumstances(with_papers(who).bases, (FIRE,), (takeover(who),))
        assert not ask(who, "supervise", facts=everything).allowed
    assert ask(CITY_POLICE, "supervise", SECRET).rule == "art11-deny-sealed"
    assert ask(SECURITY, "supervise", SECRET).allowed
