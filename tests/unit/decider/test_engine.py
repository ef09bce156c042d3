"""Casbin behind the memo: the traps that were met once are closed, and the two readings of a row agree."""

import re
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.errors import Internal
from services.decider import model
from services.decider.conditions import CONDITIONS
from services.decider.engine import Engine
from services.decider.facts import CATEGORIES, LEVELS, Action, Relation
from services.decider.kinship import Kinship
from services.decider.model import Request, matches
from services.decider.policy import Policy
from tests.unit.decider.cast import EVERYBODY, GENESIS, POLICE, deciding, policy_of

ALL_BITS = sum(condition.bit for condition in CONDITIONS.values())
STANDING = CONDITIONS["cleared"].bit | CONDITIONS["operating"].bit
ASKED: Request = (POLICE.role_text, "district", "live", 4, 3, STANDING)
engine = Engine(GENESIS, revision=7)

requests: st.SearchStrategy[Request] = st.tuples(
    st.sampled_from([who.role_text for who in EVERYBODY]),
    st.sampled_from([r.value for r in Relation]),
    st.sampled_from([a.value for a in Action]),
    st.sampled_from(LEVELS),
    st.sampled_from(CATEGORIES),
    st.integers(0, ALL_BITS),
)


def row(**cells: str) -> str:
    """A row that allows everything lawful but what ``cells`` say."""
    free = {"rule": "one", "article": "14.1", "role": "any", "relation": "any", "action": "live", "levels": "1-4"}
    return ",".join((free | {"categories": "any", "needs": "", "effect": "allow", "sentence": "May"} | cells).values())


def verdict(policy: Policy, request: Request = ASKED) -> bool:
    return Engine(policy, revision=1).judge(request)[0].allowed


@given(requests)
@settings(max_examples=300, deadline=None)
def test_casbin_and_the_reading_that_explains_it_agree_on_every_request(request: Request) -> None:
    matched = [r for r in GENESIS.rows if matches(r, request)]
    allowed = bool(matched) and all(r.is_allow for r in matched)
    decision, _ = engine.judge(request)
    assert decision.allowed == allowed
    assert decision.rule in {r.rule for r in matched if r.is_allow == allowed} or decision.rule == "default-deny"
    assert (decision.rule == "default-deny") == (not matched)


@given(st.lists(requests, min_size=2, max_size=30))
@settings(max_examples=50, deadline=None)
def test_a_class_is_told_what_casbin_says_of_itself_whatever_its_kin_asked_before(asked: list[Request]) -> None:
    for request in asked:
        alone = Engine(GENESIS, revision=7)
        assert engine.judge(request) == (alone._ask(request) or (alone._default_deny(request), 0))


def test_kin_are_told_apart_by_everything_that_a_row_says() -> None:
    cells = {"role": "public-security@district", "relation": "district", "levels": "4", "categories": "3"}
    kinship = Kinship(policy_of(row(**cells, needs="papers")))
    asked = (*ASKED[:5], STANDING | CONDITIONS["papers"].bit)
    others = ("operator operator@district", "municipal", "copy", 3, 4, STANDING)
    for at, other in enumerate(others):
        assert kinship.of(asked) != kinship.of((*asked[:at], other, *asked[at + 1 :]))
    assert kinship.of(asked) == kinship.of((*asked[:5], ALL_BITS))


def test_deny_overrides_allow_across_all_roles_of_a_principal() -> None:
    denied = row(rule="two", role="public-security@district", effect="deny")
    assert verdict(policy_of(row()))
    assert not verdict(policy_of(row(), denied))
    assert not verdict(policy_of(denied, row()))


def test_of_several_allowances_the_one_that_hangs_on_least_is_named() -> None:
    policy = policy_of(row(rule="papers", needs="papers"), row(rule="cleared", needs="cleared"), row(rule="free"))
    assert Engine(policy, 1).judge((*ASKED[:5], ALL_BITS))[0].rule == "free"
    assert Engine(Policy(policy.rows[:2]), 1).judge((*ASKED[:5], ALL_BITS))[0].rule == "cleared"


def test_an_empty_policy_denies_everything_and_says_so() -> None:
    decision, _ = Engine(Policy(()), revision=0).judge(ASKED)
    assert (decision.allowed, decision.rule) == (False, "default-deny")
    assert "No policy is in force" in decision.sentence


def test_a_disabled_enforcer_allows_nothing_since_an_allowance_must_name_its_row() -> None:
    disabled = Engine(policy_of(row()), 1)
    disabled._enforcer.enable_enforce(False)
    assert not disabled.judge(ASKED)[0].allowed


def test_every_clause_of_the_matcher_reads_the_row() -> None:
    matcher = model.TEXT.partition("m = ")[2]
    assert all("p." in clause and "r." in clause for clause in matcher.split("&&"))


def test_the_matcher_has_no_eval_no_literals_no_role_links() -> None:
    assert "eval" not in model.TEXT
    assert not re.search("['\"]", model.TEXT)
    assert "role_definition" not in model.TEXT


def test_numbers_in_cells_compare_as_numbers() -> None:
    assert verdict(policy_of(row(categories="10-13")), (*ASKED[:4], 10, 0))
    assert not verdict(policy_of(row(categories="1 3")), (*ASKED[:4], 13, 0))
    assert not verdict(policy_of(row(categories="9")), (*ASKED[:4], 10, 0))


def test_unknown_names_in_requests_leave_nothing_behind_in_casbin() -> None:
    asked = Engine(policy_of(row()), 1)
    for n in range(50):
        asked.judge((f"stranger-{n}", "district", "live", 1, 1, 0))
    assert not asked._enforcer.rm_map
    assert len(asked._enforcer.get_policy()) == 1


def test_a_matcher_function_is_given_plain_text_and_numbers_only() -> None:
    seen: set[type] = set()
    watched = Engine(GENESIS, 1)

    def met(bits: int, cell: str) -> bool:
        seen.update((type(bits), type(cell)))
        return model.met(bits, cell)

    def among(word: str, cell: str) -> bool:
        seen.update((type(word), type(cell)))
        return model.among(word, cell)

    watched._enforcer.add_function("met", met)
    watched._enforcer.add_function("among", among)
    assert watched.judge((POLICE.role_text, Relation.DISTRICT, Action.LIVE, 4, 3, STANDING))[0].allowed
    assert seen == {str, int}


def test_nothing_that_a_row_or_the_matcher_reads_is_missing_from_the_memos_key() -> None:
    read = set(re.findall(r"\br\.(\w+)", model.TEXT.partition("[matchers]")[2]))
    assert read == set(model.REQUEST)
    assert len(model.REQUEST) == len(ASKED)  # the key is the request itself
    for function in model.FUNCTIONS.values():
        assert function.__closure__ is None


@pytest.mark.parametrize("position", range(6))
def test_each_part_of_the_key_changes_the_answer_by_itself(position: int) -> None:
    only = row(role="public-security@district", relation="district", levels="4", categories="3", needs="cleared")
    asked = Engine(policy_of(only), 1)
    other = ("urban-management", "municipal", "copy", 3, 4, 0)[position]
    changed = (*ASKED[:position], other, *ASKED[position + 1 :])
    assert asked.judge(ASKED)[0].allowed
    assert not asked.judge(changed)[0].allowed  # type: ignore[arg-type] # one part exchanged, same types


def test_the_memo_is_bounded_and_forgets_the_oldest() -> None:
    small = Engine(GENESIS, 1, memo_limit=3)
    small.warm((POLICE.role_text, "district", "live", level, 3, 1) for level in LEVELS)
    assert [request[3] for request in small.known] == [3, 4, 5]


def test_only_the_engines_own_thread_asks_casbin_while_any_reads_the_memo() -> None:
    owned = Engine(GENESIS, 1)
    owned.judge(ASKED)
    outcomes: list[object] = []

    def ask(request: Request) -> None:
        try:
            outcomes.append(owned.judge(request)[0].allowed)
        except Internal as error:
            outcomes.append(error.reason)

    for request in (ASKED, (*ASKED[:3], 2, 3, 1)):
        thread = threading.Thread(target=ask, args=(request,))
        thread.start()
        thread.join()
    assert outcomes == [True, "INTERNAL"]


def test_a_new_revision_is_warm_before_it_is_adopted_and_the_old_one_stays_as_it_was() -> None:
    decider = deciding()
    old = decider._engine
    old.judge(ASKED)
    prepared = decider.prepare(policy_of(row(effect="deny")), revision=2)
    assert prepared.known == old.known
    assert decider.revision == 1
    decider.adopt(prepared)
    assert decider.revision == 2
    assert old.judge(ASKED)[0].allowed
    assert not prepared.judge(ASKED)[0].allowed
