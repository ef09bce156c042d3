"""The genesis policy is the law: the same verdict on the same articles for every class of question that can occur.

Two readings are held to the law: the model's own matcher, which is quick, and Casbin itself. `make test` takes a seeded
sample of either, `make test-exhaustive` takes every class in both.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import islice
from multiprocessing import get_context
from random import Random

import pytest

from services.decider.model import matches
from tests.truth.articles import FORBIDDEN, GRANTED, is_lawful
from tests.truth.classes import Case, cases, moments, questions, request, told_apart
from tests.truth.sayings import allowed, faults, law, matching
from tests.truth.verdicts import engine, is_as_the_law_says, judged
from tests.unit.decider.cast import GENESIS, policy_of

SEED, SAMPLE, SAMPLE_OF_CASBIN = 14, 1_200, 12  # cases; each has some 420 moments
BATCH, CORES = 50, 2
CLASSES = 1_756_160  # docs/design/decisions.md tells it


def shuffled() -> list[Case]:
    """Every case, in an order that is the same each time."""
    found = list(cases())
    Random(SEED).shuffle(found)
    return found


def batches() -> Iterator[tuple[Case, ...]]:
    each = iter(shuffled())
    while batch := tuple(islice(each, BATCH)):
        yield batch


def test_there_are_as_many_classes_as_the_documents_say() -> None:
    assert sum(len(moments(case)) for case in cases()) == CLASSES


def parted(some: list[Case]) -> list[str]:
    """The first places where rows and law say different things."""
    categories = told_apart(GENESIS)
    found = (f for case in some for c in categories for f in faults(matching(GENESIS, case, c), case))
    return list(islice(found, 5))


def test_the_rows_say_what_the_articles_say_in_a_sample_of_classes() -> None:
    assert parted(shuffled()[:SAMPLE]) == []


@pytest.mark.exhaustive
def test_the_rows_say_of_every_class_what_the_articles_say() -> None:
    assert parted(shuffled()) == []


def test_the_same_is_allowed_by_rows_and_law_read_one_class_at_a_time() -> None:
    for case in shuffled()[:SAMPLE_OF_CASBIN]:
        for n, (asked, bits) in enumerate(questions(case)):
            found = [row for row in GENESIS.rows if matches(row, request(case, bits))]
            by_rows = any(row.is_allow for row in found) and all(row.is_allow for row in found)
            assert by_rows == is_lawful(asked) == bool(allowed(law(case)) >> n & 1), asked


def test_casbin_answers_a_sample_of_classes_as_the_law_does() -> None:
    assert judged(shuffled()[:SAMPLE_OF_CASBIN])[1] == []


@pytest.mark.exhaustive
@pytest.mark.timeout(900)
def test_casbin_answers_every_class_as_the_law_does() -> None:
    with ProcessPoolExecutor(CORES, get_context("spawn")) as processes:
        answers = list(processes.map(judged, batches()))
    assert [fault for _, found in answers for fault in found][:5] == []
    assert sum(count for count, _ in answers) == CLASSES


def test_an_answer_turned_round_or_resting_on_another_article_is_not_as_the_law_says() -> None:
    for case in shuffled()[:SAMPLE_OF_CASBIN]:
        for asked, bits in islice(questions(case), None, None, 9):
            decision, _ = engine().judge(request(case, bits))
            assert is_as_the_law_says(decision, asked)
            assert not is_as_the_law_says(replace(decision, allowed=not decision.allowed), asked)
            assert not is_as_the_law_says(replace(decision, rule="nobody-wrote-this"), asked)


def test_every_article_says_something_and_not_always() -> None:
    """A predicate that never or always holds would hold the policy to nothing."""
    for effect, articles in (("deny", FORBIDDEN), ("allow", GRANTED)):
        for citation in articles:
            said = sum(law(case).get((effect, citation), 0).bit_count() for case in shuffled()[:SAMPLE])
            assert 0 < said < sum(len(moments(case)) for case in shuffled()[:SAMPLE]), citation


def test_no_row_tells_place_categories_apart_and_one_that_did_would_double_the_classes() -> None:
    assert told_apart(GENESIS) == (1,)
    naming = "one,14.1,any,any,live,1-4,2-4 7,,allow,May"
    assert told_apart(policy_of(naming)) == (1, 2)
    assert told_apart(policy_of(naming, naming.replace("one", "two").replace("2-4 7", "3 7 13"))) == (1, 2, 3, 13)
