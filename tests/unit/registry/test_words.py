"""A search finds a record by any two neighbouring ideographs or any whole word, and nothing that does not have them."""

import random
import time

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from services.chassis.errors import InvalidArgument
from services.registry.words import Wanted, parse, tokens

CAMERA = ("天河区体育西路地铁站东门", "Tiyu West Road Gate", "体育西路口旁")
few = st.text("天河南", min_size=2, max_size=12)  # few ideographs: their pairs often stand apart
ideographs = st.text(
    st.one_of(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), st.sampled_from("𠀀𠮷𪚥々〇ひらカタ")),
    min_size=2,
    max_size=30,
)
separators = st.sampled_from([" ", "，", "·", "-", "_", "\u3000", "A", "7", "\n"])


def is_found(search: str, *texts: str) -> bool:
    """By the index and by the record, as a store does it."""
    wanted = parse(search)
    return set(wanted.tokens) <= set(tokens(texts)) and wanted.matches(texts)


@given(st.lists(ideographs, min_size=1, max_size=3), separators, st.data())
def test_any_two_or_more_neighbouring_ideographs_are_found(
    runs: list[str], separator: str, data: st.DataObject
) -> None:
    run = data.draw(st.sampled_from(runs))
    start = data.draw(st.integers(0, len(run) - 2))
    part = run[start : data.draw(st.integers(start + 2, len(run)))]
    assert is_found(part, separator.join(runs), "West Gate")
    assert is_found(part, "West Gate", *runs)


@given(few, st.lists(few, max_size=4), separators)
@example("天河南", ["天河", "河南"], " ")
def test_a_run_is_found_exactly_where_it_stands_unbroken(search: str, runs: list[str], separator: str) -> None:
    expected = any(search in run for run in runs)
    assert parse(search).matches([separator.join(runs)]) == expected
    assert parse(search).matches(runs) == expected


def test_pairs_that_stand_apart_pass_the_index_and_fail_on_the_record() -> None:
    texts = ("天河区", "河南路")
    assert set(parse("天河南").tokens) <= set(tokens(texts))
    assert not parse("天河南").matches(texts)


@given(st.text(max_size=100))
@example("ﬀ㍿ Å ŉ ½ İstanbul")
@example("ϓ́Ϊ́ ẞ")
def test_whatever_can_be_asked_for_is_found_in_itself(text: str) -> None:
    try:
        parse(text)
    except InvalidArgument:
        assume(False)
    assert is_found(text, text)
    assert is_found(text, "a", text, "天")


@pytest.mark.parametrize(
    "search",
    ["东门", "体育西路", "体育西路口旁", "gate", "WEST", "Ｗｅｓｔ", "tiyu 东门", "路口 road", "gate west", "东门 东门",
     "天河区，gate"],
)  # fmt: skip
def test_a_camera_is_found_by_words_of_its_names_and_place(search: str) -> None:
    assert is_found(search, *CAMERA)


@pytest.mark.parametrize(
    "search",
    ["门东", "体西", "西门", "門口", "gat", "gates", "roadgate", "东门 south", "东门体育", "gate 天安", "車站",
     "东门Tiyu2"],
)  # fmt: skip
def test_a_camera_is_not_found_by_what_it_does_not_have(search: str) -> None:
    assert not parse(search).matches(CAMERA)
    assert not set(parse(search).tokens) <= set(tokens(CAMERA))


def test_a_number_may_touch_ideographs() -> None:
    assert is_found("3号门", "公园3号门")
    assert is_found("3 号门", "公园３号门")
    assert not is_found("3号门", "公园13号门")
    assert is_found("G15高速", "g15高速出口")


def test_simplified_and_traditional_are_different_words() -> None:
    assert not is_found("广州", "廣州塔")


def test_forms_of_one_character_are_one() -> None:
    assert is_found("株式会社", "㍿")
    assert is_found("カメラ", "ｶﾒﾗ")
    assert is_found("straße", "STRASSE")
    assert is_found("café", "CAFE\u0301")


def test_tokens_are_few_distinct_sorted_and_of_31_bits() -> None:
    found = tokens([*CAMERA, *CAMERA])
    assert found == sorted(set(found)) == tokens(CAMERA)
    assert len(found) == 11 + 4 + 2, "体育, 育西 and 西路 of the place are already in the name"
    assert len(tokens(["天"])) == len(tokens(["天", "天"])) == 1
    assert tokens(["天河"]) != tokens(["天", "河"])
    assert tokens([]) == tokens(["", " ·—_"]) == []


@given(st.lists(st.text(), max_size=4))
def test_every_token_fits_31_bits_whatever_the_text(texts: list[str]) -> None:
    assert all(0 <= token < 2**31 for token in tokens(texts))


def test_pairs_of_common_ideographs_never_collide() -> None:
    generator = random.Random(3)
    pairs = {"".join(chr(generator.randint(0x4E00, 0x9FFF)) for _ in "ab") for _ in range(20_000)}
    assert len({tokens([pair])[0] for pair in pairs}) == len(pairs)


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("", "nothing to search for"),
        (" ，。_—　", "nothing to search for"),
        ("门", "'门' stands alone: give at least two characters of Chinese, or a whole word"),
        ("东门 站 gate", "'站' stands alone"),
        ("x" * 101, "has 101 characters, at most 100"),
        ("a b c d e f g h i", "has 9 parts, at most 8"),
    ],
)
def test_a_search_that_an_index_cannot_answer_is_refused(search: str, words: str) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        parse(search, "text")
    (wrong,) = refusal.value.violations
    assert wrong.field == "text"
    assert words in wrong.description


def test_all_that_is_wrong_with_a_search_is_told_at_once() -> None:
    with pytest.raises(InvalidArgument) as refusal:
        parse("a b c d e f g h 门")
    assert [wrong.field for wrong in refusal.value.violations] == ["filter.text"] * 2


def test_a_search_of_just_the_limits_passes() -> None:
    assert len(parse("a b c d e f 天河 gate a").words) == 7
    assert parse("河" * 100) == Wanted(("河" * 100,), ())
    assert parse("Gate 东门 gate") == Wanted(("东门",), ("gate",))


def test_a_camera_takes_about_ten_microseconds() -> None:
    took = []
    for _ in range(20):
        start = time.thread_time()
        for _ in range(500):
            tokens(CAMERA)
        took.append((time.thread_time() - start) / 500)
    assert min(took) < 25e-6, "twice what a quiet core takes"


@pytest.mark.parametrize("hostile", ["\u0344" * 100, "\U0001f600" * 100, "\ud800\udfff"])
def test_hostile_text_is_refused_and_has_tokens_all_the_same(hostile: str) -> None:
    with pytest.raises(InvalidArgument):
        parse(hostile)
    assert len(tokens([hostile])) < 10
