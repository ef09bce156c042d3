"""A policy that is not exactly understood is refused, with line, column and what is allowed there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import InvalidArgument
from services.decider.policy import COLUMNS, MAX_BYTES, MAX_ROWS, parse
from tests.unit.decider.cast import GENESIS, policy_of

ROW = "one,14.1,public-security,district,live,1-4,any,cleared,allow,Police watch"


def test_the_genesis_policy_reads_and_its_canonical_text_reads_to_the_same() -> None:
    assert 50 <= len(GENESIS.rows) <= 70
    assert parse(GENESIS.text) == GENESIS
    assert parse(GENESIS.text).digest == GENESIS.digest


def test_every_rule_is_named_after_an_article_that_it_cites() -> None:
    for row in GENESIS.rows:
        assert row.rule.split("-")[0].removeprefix("art") in {a.split(".")[0] for a in row.article.split()}, row.rule


def test_the_digest_is_of_the_meaning_not_of_the_spelling() -> None:
    spelt = policy_of(ROW.replace("1-4", "4 1-2 3"))
    assert spelt.digest == policy_of(ROW).digest
    assert policy_of(ROW.replace("1-4", "1-3")).digest != spelt.digest


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        ("one,14.1,public-security,district,live", "*", "5 cells, must be 10"),
        (ROW + ",more", "*", "11 cells"),
        ("", "*", "0 cells"),
        (ROW.replace("one,", "One Rule,"), "rule", "small letters"),
        (ROW.replace("one,", "default-deny,"), "rule", "not default-deny"),
        (ROW.replace("14.1", "31"), "article", "articles 1 to 30"),
        (ROW.replace("public-security", "police"), "role", "public-security"),
        (ROW.replace("public-security", "x@municipal"), "role", "is not allowed"),
        (ROW.replace("district", "near"), "relation", "own district municipal other or any"),
        (ROW.replace("live", "look"), "action", "describe live playback"),
        (ROW.replace("live", "live  copy"), "action", "each once"),
        (ROW.replace("live", "live live"), "action", "each once"),
        (ROW.replace("1-4", "0-4"), "levels", "1 2 3 4 5"),
        (ROW.replace("1-4", "4-1"), "levels", "'4-1'"),
        (ROW.replace("1-4", ""), "levels", "is not allowed"),
        (ROW.replace(",any,", ",14,"), "categories", "13 or any"),
        (ROW.replace("cleared", "clear"), "needs", "cleared papers"),
        (ROW.replace("cleared", "any"), "needs", "or nothing"),
        (ROW.replace("allow", "Allow"), "effect", "allow or deny"),
        (ROW.replace("Police watch", '"Police, watch"'), "sentence", "without commas"),
        (ROW.replace("Police watch", '"Police\nwatch"'), "sentence", "one line"),
        (ROW.replace("public-security", '"public-security, x"'), "role", "is not allowed"),
        (ROW.replace("Police watch", ""), "sentence", "1 to 200"),
        (ROW.replace("one,", '"one'), "*", "remove quotes"),
    ],
)
def test_a_wrong_cell_is_refused_by_line_and_column(row: str, column: str, says: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        policy_of(ROW.replace("one", "first"), row)
    (violation,) = refused.value.violations
    assert violation.field.startswith("policy line ")
    assert violation.field.endswith(f"column {column}")
    assert says in violation.description


def test_a_name_used_twice_is_refused_with_the_line_that_has_it() -> None:
    with pytest.raises(InvalidArgument, match=r"line 3 column rule: 'one' is taken by line 2"):
        policy_of(ROW, ROW)


def test_another_header_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="must be exactly rule,article"):
        parse("rule,role\n")
    with pytest.raises(InvalidArgument, match="column header"):
        parse("")


@pytest.mark.parametrize(
    ("row", "article"),
    [
        (ROW.replace("1-4", "any"), "Article 11"),
        (ROW.replace("1-4", "1-5").replace("district", "own district"), "Article 11"),
        (ROW.replace("1-4", "5").replace("public-security", "national-security public-security"), "Article 11"),
        (ROW.replace("live", "delete"), "Article 16"),
        (ROW.replace("live", "any"), "Article 16"),
    ],
)
def test_no_policy_can_open_state_secrets_or_deletion(row: str, article: str) -> None:
    with pytest.raises(InvalidArgument, match=article):
        policy_of(row)


def test_state_secrets_can_be_opened_to_national_security_and_to_the_operator() -> None:
    assert policy_of(
        ROW.replace("1-4", "1-5").replace("public-security", "national-security@municipal"),
        ROW.replace("one", "two").replace("1-4", "any").replace("district", "own"),
    ).rows


def test_size_is_bounded_and_faults_are_named_up_to_twenty() -> None:
    with pytest.raises(InvalidArgument, match="bytes"):
        parse("x" * (MAX_BYTES + 1))
    with pytest.raises(InvalidArgument, match=f"more than {MAX_ROWS} rows"):
        policy_of(*(ROW.replace("one", f"r{n}") for n in range(MAX_ROWS + 1)))
    with pytest.raises(InvalidArgument) as refused:
        policy_of(*["x"] * 100)
    assert len(refused.value.violations) == 20


@given(st.text(max_size=200), st.lists(st.text(max_size=20), min_size=10, max_size=10))
def test_hostile_text_is_read_or_refused_and_nothing_else(text: str, cells: list[str]) -> None:
    for rows in (text, ",".join(cells)):
        try:
            policy = parse(",".join(COLUMNS) + "\n" + rows)
        except InvalidArgument:
            continue
        assert parse(policy.text) == policy
