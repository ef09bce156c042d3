"""Text that would be more than a policy: it is refused, or it stays text. What Casbin evaluates is ours alone."""

from itertools import product

import pytest

from services.chassis.errors import InvalidArgument
from services.decider import model
from services.decider.decider import Decider
from services.decider.decision import DEFAULT_DENY
from services.decider.engine import Engine
from services.decider.facts import NO_CIRCUMSTANCES, Action
from services.decider.policy import COLUMNS, Policy, parse
from tests.unit.decider.cast import EVERYBODY, GENESIS, NOW, PARK, deciding, policy_of

ROW = "one,14.1,public-security,district,live,1-4,any,cleared,allow,Police watch"
CELLS = dict(zip(COLUMNS, ROW.split(","), strict=True))
HEADER = ",".join(COLUMNS)
CODE = (  # matcher text, Python, and what Casbin's readers split or rewrite
    "True",
    "r.level == 5",
    "p.role || true",
    "eval(p.needs)",
    "any && any",
    "p, any, any",
    "__import__('os')",
    "any | any",
    "any\\nany",
    "*",
    ".*",
    "${any}",
    "# any",
    "=1+1",
)
LOOK_ALIKE = {  # of another script, or of another width; none of them is the sign that people read
    **{str(n): (chr(0xFF10 + n), chr(0x0660 + n), chr(0x1D7CE + n)) for n in range(10)},
    **{letter: (chr(0xFF41 + n),) for n, letter in enumerate("abcdefghijklmnopqrstuvwxyz")},
    "-": ("\u2010", "\u2011", "\u2013", "\u2212", "\uff0d"),
    " ": ("\u00a0", "\u2003", "\u3000"),
    ".": ("\uff0e", "\u3002", "\u2024"),
    "@": ("\uff20",),
}
CYRILLIC = dict(zip("aceiopsxy", "\u0430\u0441\u0435\u0456\u043e\u0440\u0455\u0445\u0443", strict=True))
INVISIBLE = ("\t", "\u00a0", "\u200b", "\u2028", "\u202e", "\x00", "\x7f", "\ufeff", "\x85")


def row(**cells: str) -> str:
    return ",".join((CELLS | cells).values())


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


@pytest.mark.parametrize("column", [column for column in COLUMNS if column != "sentence"])
@pytest.mark.parametrize("code", CODE)
def test_code_is_no_word_of_any_column(column: str, code: str) -> None:
    with pytest.raises(InvalidArgument, match=f"line 2 column {column}"):
        policy_of(row(**{column: quoted(code)}))


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("sign", [",", '"', "\n", "\r", "\r\n", *INVISIBLE])
def test_signs_that_part_cells_or_that_nobody_sees_are_refused_in_every_column(column: str, sign: str) -> None:
    cell = CELLS[column]
    for spoilt in (cell + sign, sign + cell, cell[:2] + sign + cell[2:]):
        with pytest.raises(InvalidArgument, match=rf"policy line \d column ({column}|\*)"):
            policy_of(row(**{column: quoted(spoilt)}))


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("shape", [" {}", "{} ", "{}  {}", ""])
def test_blanks_and_emptiness_are_not_guessed_at(column: str, shape: str) -> None:
    if (column, shape) == ("needs", ""):
        assert policy_of(row(needs="")).rows  # the one cell that may be empty
    elif (column, shape) != ("sentence", "{}  {}"):  # prose may have two blanks
        with pytest.raises(InvalidArgument, match=f"line 2 column {column}"):
            policy_of(row(**{column: shape.format(CELLS[column], CELLS[column])}))


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("rule", "police-15"),
        ("article", "14.1 19"),
        ("article", "28"),
        ("role", "public-security@district"),
        ("relation", "own district"),
        ("action", "take-over live"),
        ("levels", "1-4"),
        ("levels", "1 3"),
        ("categories", "1-13"),
        ("categories", "10-12 3"),
        ("needs", "papers inspection"),
        ("effect", "allow"),
    ],
)
def test_a_sign_that_looks_like_ours_is_not_ours(column: str, cell: str) -> None:
    assert policy_of(row(**{column: cell})).rows
    tried = 0
    for place, sign in enumerate(cell):
        for other in (*LOOK_ALIKE[sign], *CYRILLIC.get(sign, "")):
            tried += 1
            with pytest.raises(InvalidArgument, match=f"line 2 column {column}"):
                policy_of(row(**{column: cell[:place] + other + cell[place + 1 :]}))
    assert tried >= len(cell)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("role", "Public-Security"),
        ("role", "public-security@"),
        ("role", "public-security@district@municipal"),
        ("role", "any public-security"),
        ("role", "public‐security"),  # a hyphen of another kind
        ("relation", "own any"),
        ("action", "take_over"),
        ("action", "live any"),
        ("levels", "１"),  # full width
        ("levels", "+1"),
        ("levels", "1-6"),
        ("levels", "1-99"),
        ("levels", "01"),
        ("levels", "1-"),
        ("levels", "1-2 2"),
        ("categories", "13-14"),
        ("categories", "1.0"),
        ("needs", "not-cleared"),
        ("needs", "!cleared"),
        ("needs", "cleared cleared"),
        ("effect", "allow deny"),
        ("effect", "any"),
        ("article", "14.1 "),
        ("article", "0"),
        ("article", "14.4"),
        ("rule", "a--b"),
        ("rule", "x" * 65),
    ],
)
def test_words_that_no_column_has_are_refused(column: str, cell: str) -> None:
    with pytest.raises(InvalidArgument, match=f"line 2 column {column}"):
        policy_of(row(**{column: cell}))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HEADER + "\n" + ROW,
        HEADER.upper() + "\n" + ROW,
        " " + HEADER + "\n" + ROW,
        HEADER + ",\n" + ROW + ",",
        ROW,
        "\n" + HEADER + "\n" + ROW,
        HEADER.replace(",", ";") + "\n" + ROW.replace(",", ";"),
    ],
)
def test_a_header_that_is_only_like_ours_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="line 1 column header"):
        parse(text)


@pytest.mark.parametrize("count", [0, 1, 9, 11, 200])
def test_a_row_of_too_few_or_too_many_fields_is_refused_and_the_good_ones_are_not_taken_alone(count: int) -> None:
    cells = [*CELLS.values(), *["more"] * 190][:count]
    with pytest.raises(InvalidArgument, match=rf"line 3 column \*: {count} cells, must be 10"):
        policy_of(row(rule="good"), ",".join(cells), row(rule="good-too"))


def test_a_quote_left_open_swallows_no_row_that_follows() -> None:
    with pytest.raises(InvalidArgument, match="remove quotes"):
        policy_of(row(), row(rule="two", sentence='"Police watch'), row(rule="three", effect="deny"))


def test_line_ends_of_another_system_and_needless_quotes_mean_the_same_policy() -> None:
    plain = parse(f"{HEADER}\n{ROW}\n")
    assert parse(f"{HEADER}\r\n{ROW}\r\n") == parse(f"{HEADER}\n{ROW}") == plain
    assert parse(f"{HEADER}\n{','.join(map(quoted, CELLS.values()))}\n").digest == plain.digest


def test_the_matcher_is_the_same_text_whatever_the_rows_say() -> None:
    told = " && ".join(code for code in CODE if not set(code) & set(',"'))[:200].strip()
    engines = [Engine(policy, 1) for policy in (Policy(()), GENESIS, policy_of(row(sentence=told)))]
    for section in ("r", "p", "e", "m"):
        texts = {engine._enforcer.model.model[section][section].value for engine in engines}
        assert len(texts) == 1
    loaded = [cell for cells in engines[2]._enforcer.get_policy() for cell in cells]
    assert told not in loaded  # sentences never reach Casbin
    assert set(model.FUNCTIONS) == {"held", "among", "within", "met"}


def test_a_policy_without_rows_denies_everybody_everything_and_says_what_to_do() -> None:
    empty = parse(HEADER)
    assert empty == Policy(())
    for decider, who, action in product((Decider(), deciding(empty)), EVERYBODY, Action):
        decision = decider.decide(who, PARK, action, NO_CIRCUMSTANCES, NOW)
        assert (decision.allowed, decision.rule, decision.nearest_rule) == (False, DEFAULT_DENY, "")
        assert decision.sentence == "No policy is in force: load one signed by the three organs of Article 14 ¶2."
        assert not decider.scope(who, action).classes
