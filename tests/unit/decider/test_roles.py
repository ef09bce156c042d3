"""Roles that the organs define: rows speak of them, and nobody bears one that is not defined for its kind and tier."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import InvalidArgument
from services.decider.conditions import CLEARED
from services.decider.facts import NO_CIRCUMSTANCES, OPERATING, Action, Principal
from services.decider.model import matches
from services.decider.policy import COLUMNS as ROW_COLUMNS
from services.decider.policy import Policy, parse
from services.decider.roles import COLUMNS, MOST, Role
from services.decider.roles import parse as parse_roles
from tests.unit.decider.cast import EVERYBODY, GENESIS, NOW, PARK, POLICE, TUNNEL, URBAN, YUEXIU, deciding

HEADER = ",".join(COLUMNS)
DUTY = "duty-officer,14.1,urban-management public-security@district,agency,Stands at the screens of a command room."
ROW = "duty-live,14.1,duty-officer,district,live,4,any,operating,allow,Whoever is on duty sees the district."
DENIAL = "trial-blind,14.1,on-trial,any,live,any,any,,deny,Whoever is on trial sees nothing live."
TRIAL = "on-trial,14.1,public-security urban-management,steward,Is looked at by the steward."


def with_roles(*definitions: str, rows: tuple[str, ...] = ()) -> Policy:
    """The genesis with these rows behind, and roles."""
    text = "\n".join((GENESIS.text.rstrip(), *rows, ""))
    return parse(text, "\n".join((HEADER, *definitions, "")))


def holding(who: Principal, *roles: str) -> Principal:
    return replace(who, roles=frozenset(roles))


def sees(policy: Policy, who: Principal) -> tuple[bool, str]:
    decision = deciding(policy).decide(who, TUNNEL, Action.LIVE, NO_CIRCUMSTANCES, NOW)
    return decision.allowed, decision.rule


def test_a_role_gives_what_the_rows_that_name_it_give_and_only_to_its_holders() -> None:
    policy = with_roles(DUTY, rows=(ROW,))
    assert sees(policy, URBAN) == (False, "default-deny")
    assert sees(policy, holding(URBAN, "duty-officer")) == (True, "duty-live")
    assert sees(policy, holding(URBAN, "duty-officers")) == (False, "default-deny")


def test_a_role_that_denies_overrides_what_its_holder_has_otherwise() -> None:
    policy = with_roles(DUTY, TRIAL, rows=(ROW, DENIAL))
    assert sees(policy, POLICE)[0]
    assert sees(policy, holding(POLICE, "on-trial", "duty-officer")) == (False, "trial-blind")


@pytest.mark.parametrize("holders", ["emergency-command", "urban-management@municipal", "public-security@district"])
def test_a_role_that_is_for_others_is_none_whoever_has_it(holders: str) -> None:
    policy = with_roles(DUTY.replace("urban-management public-security@district", holders), rows=(ROW,))
    assert sees(policy, holding(URBAN, "duty-officer")) == (False, "default-deny")
    explained = deciding(policy).explain(holding(URBAN, "duty-officer"), TUNNEL, Action.LIVE, NO_CIRCUMSTANCES, NOW)
    assert explained.roles == ("urban-management", "urban-management@district")


@given(
    who=st.sampled_from(EVERYBODY), action=st.sampled_from(Action), camera=st.sampled_from((TUNNEL, PARK)),
    roles=st.frozensets(st.sampled_from(("duty-officer", "on-trial", "chief", "guest")), max_size=3),
)  # fmt: skip
def test_a_role_that_is_not_defined_changes_nothing(
    who: Principal, action: Action, camera: object, roles: set[str]
) -> None:
    decider = deciding(with_roles(TRIAL.replace("public-security urban-management", "sector-authority")))
    bare, laden = (decider.decide(one, camera, action, NO_CIRCUMSTANCES, NOW) for one in (who, holding(who, *roles)))  # type: ignore[arg-type] # sampled
    assert bare == laden


@given(who=st.sampled_from(EVERYBODY), roles=st.frozensets(st.sampled_from(("duty-officer", "on-trial")), min_size=1))
def test_what_decides_lists_and_explains_a_role_is_one_policy(who: Principal, roles: set[str]) -> None:
    policy = with_roles(DUTY, TRIAL, rows=(ROW, DENIAL))
    who, decider = holding(who, *roles), deciding(policy)
    decision = decider.decide(who, TUNNEL, Action.LIVE, NO_CIRCUMSTANCES, NOW)
    explained = decider.explain(who, TUNNEL, Action.LIVE, NO_CIRCUMSTANCES, NOW)
    assert (decision.rule in {near.row.rule for near in explained.matched}) == (decision.rule != "default-deny")
    [row] = [row for row in policy.rows if row.rule == "duty-live"]
    request = (policy.borne(who.role_text), "district", "live", 4, TUNNEL.category, CLEARED | OPERATING)
    is_denied = any(matches(one, request) for one in policy.rows if not one.is_allow)
    is_told = "duty-live" in {one.rule for one in decider.scope(who, Action.LIVE).classes}
    assert is_told == (matches(row, request) and not is_denied and who.jurisdiction == YUEXIU)


def test_no_role_carries_another_agencys_kind() -> None:
    for role in ("public-security", "public-security@municipal", "a b"):
        with pytest.raises(InvalidArgument, match="no kind of agency"):
            holding(URBAN, role)


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        (DUTY.replace("duty-officer", "public-security"), "role", "no kind of agency"),
        (DUTY.replace("duty-officer", "any"), "role", "not any"),
        (DUTY.replace("duty-officer", "Duty"), "role", "small letters"),
        (DUTY.replace("duty-officer", "duty officer"), "role", "small letters"),
        (DUTY.replace("14.1", "99"), "article", "articles 1 to 30"),
        (DUTY.replace("urban-management", "any"), "holders", "is not allowed"),
        (DUTY.replace("urban-management public-security@district", ""), "holders", "is not allowed"),
        (DUTY.replace("urban-management", "urban-management@city"), "holders", "is not allowed"),
        (DUTY.replace("agency", "anybody"), "granted-by", "agency or steward"),
        (DUTY.replace("Stands", 'Sta"nds'), "sentence", "without commas or quotes"),
        (DUTY + ",more", "*", "6 cells"),
        ("duty-officer", "*", "1 cells"),
    ],
)
def test_a_wrong_definition_is_refused_by_line_and_column(line: str, column: str, says: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        parse_roles(f"{HEADER}\n{line}\n")
    [violation] = refused.value.violations
    assert violation.field == f"roles line 2 column {column}"
    assert says in violation.description


def test_a_name_is_defined_once_and_there_are_not_too_many() -> None:
    with pytest.raises(InvalidArgument, match="is defined above"):
        parse_roles("\n".join((HEADER, DUTY, DUTY)))
    with pytest.raises(InvalidArgument, match=f"more than {MOST} roles"):
        parse_roles("\n".join((HEADER, *(DUTY.replace("duty", f"duty{n}") for n in range(MOST + 1)))))
    with pytest.raises(InvalidArgument, match="column header"):
        parse_roles(DUTY)


def test_rows_name_no_role_that_is_not_defined() -> None:
    with pytest.raises(InvalidArgument, match="column role"):
        parse("\n".join((",".join(ROW_COLUMNS), ROW)))
    with pytest.raises(InvalidArgument, match="column role"):
        with_roles(TRIAL, rows=(ROW,))


def test_a_defined_role_opens_state_secrets_to_national_security_alone() -> None:
    row = ROW.replace("live,4,", "live,5,")
    with pytest.raises(InvalidArgument, match="Article 11"):
        with_roles(DUTY, rows=(row,))
    assert with_roles(DUTY.replace("urban-management public-security@district", "national-security"), rows=(row,)).rows


@given(st.text(max_size=200))
def test_hostile_definitions_are_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        found = parse_roles(f"{HEADER}\n{text}")
    except InvalidArgument:
        return
    assert parse_roles(Policy((), found).roles_text) == found


def test_text_and_digest_are_canonical_and_tell_roles_apart() -> None:
    swapped = "public-security@district urban-management"
    policy = with_roles(DUTY.replace("urban-management public-security@district", swapped))
    assert policy.roles == (Role(*DUTY.split(",")),)
    assert parse(policy.text, policy.roles_text) == policy
    assert policy.digest != GENESIS.digest
    assert parse(GENESIS.text).digest == GENESIS.digest
    assert Policy(GENESIS.rows).roles_text == ""
