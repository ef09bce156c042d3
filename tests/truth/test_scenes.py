"""The classes are those that facts make, no more and no fewer; and on facts too the decider says what the law says."""

from random import Random

from hypothesis import given, settings

from services.decider.conditions import conditions
from services.decider.decision import Decision
from tests.truth.articles import Asked, is_lawful
from tests.truth.classes import cases, folded, moments
from tests.truth.scenes import Scene, can_be_staged, scenes, staged
from tests.unit.decider.cast import NOW, deciding

DECIDER = deciding()
SEED, SAMPLE = 6, 1_000


def decided(scene: Scene) -> Decision:
    return DECIDER.decide(scene.principal, scene.camera, scene.action, scene.circumstances, NOW)


def bits(scene: Scene) -> int:
    return conditions(scene.principal, scene.camera, scene.action, scene.circumstances, NOW).bits


def test_each_class_happens_when_its_facts_are_there_and_is_decided_by_the_law() -> None:
    drawn = Random(SEED)
    for case in drawn.choices(cases(), k=SAMPLE):
        moment = drawn.choice(moments(case))
        asked = Asked._make((*case, *moment))
        if can_be_staged(asked):
            scene = staged(asked)
            assert (scene.case, bits(scene)) == (case, moment.bits)
            assert decided(scene).allowed == is_lawful(asked), asked


@given(scenes)
@settings(max_examples=500, deadline=None)
def test_whatever_the_facts_are_their_class_is_among_the_classes_and_is_decided_by_the_law(scene: Scene) -> None:
    moment = {each.bits: each for each in moments(scene.case)}[folded(scene.case, bits(scene))]
    assert decided(scene).allowed == is_lawful(Asked._make((*scene.case, *moment)))
