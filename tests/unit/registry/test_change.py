"""What an operator changes by itself, and what only with authorisation (Article 22)."""

from datetime import timedelta

import pytest

from services.chassis.errors import Denied, InvalidArgument
from services.registry.change import AUTHORISED, Change, revised
from services.registry.domain import Camera, Source
from services.registry.system.record import LifeState
from tests.unit.registry.cameras import NOW, camera

LATER = NOW + timedelta(days=1)
BY = "principals/other"
DRAWN = (LifeState.PLANNED, LifeState.BUILT)
DRAFT = camera(
    display_name="西门", display_name_en="West gate", mounting=2, category=3, premises=1, place="west gate",
    latitude=23.2, longitude=113.3, direction=90.0, purpose="traffic", level=1, revision=7,
    system="operators/other/systems/theirs", state=LifeState.IN_SERVICE,
)  # fmt: skip


def change(*mask: str, draft: Camera = DRAFT, source: Source | None = None) -> Change:
    return Change(draft.name, mask, draft, source)


@pytest.mark.parametrize(
    "path",
    ["code", "operator", "system", "etag", "state", "health", "confirm_time", "source.password", "nonsense", "*",
     "x" * 9999],
)  # fmt: skip
def test_a_mask_names_whole_changeable_fields_only(path: str) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        change("display_name", path).refuse_unless_changeable()
    assert len(refusal.value.message) < 400, "hostile words are not repeated whole"


@pytest.mark.parametrize("mask", [(), ("place",) * 33, ("source",)])
def test_a_mask_without_substance_is_refused(mask: tuple[str, ...]) -> None:
    with pytest.raises(InvalidArgument):
        change(*mask).refuse_unless_changeable()


def test_a_level_is_refused_by_the_article_that_forbids_it() -> None:
    with pytest.raises(InvalidArgument) as refusal:
        change("security_level", "nonsense").refuse_unless_changeable()
    assert refusal.value.reason == "LEVEL_IS_OUTPUT_ONLY"


def test_a_change_touches_what_its_mask_names_and_nothing_else() -> None:
    before = camera(state=LifeState.IN_SERVICE)
    after = change("display_name", "mounting").apply(before, BY, LATER)
    assert after == camera(
        state=LifeState.IN_SERVICE, display_name="西门", mounting=2, revision=2, updated_at=LATER, confirmed_at=LATER,
        changed_by=BY, cause="updated",
    )  # fmt: skip


@pytest.mark.parametrize("path", AUTHORISED)
def test_place_and_purpose_are_the_operators_to_draw_until_acceptance(path: str) -> None:
    for state in LifeState:
        before = camera(state=state)
        if state in DRAWN:
            after = change(path).apply(before, BY, LATER)
            for name in (name for names in AUTHORISED.values() for name in names):
                expected = DRAFT if name in AUTHORISED[path] else before
                assert getattr(after, name) == getattr(expected, name)
            continue
        with pytest.raises(Denied) as refusal:
            change("display_name", path).apply(before, BY, LATER)
        assert refusal.value.reason == "CHANGE_NEEDS_AUTHORISATION"


def test_what_a_change_makes_must_be_sound_whoever_may_make_it() -> None:
    with pytest.raises(InvalidArgument):
        change("display_name", draft=camera(display_name="")).apply(camera(), BY, LATER)
    with pytest.raises(InvalidArgument):
        change("source", source=Source("file:///etc/passwd")).apply(camera(), BY, LATER)
    private = camera(premises=22)
    with pytest.raises(InvalidArgument, match="Article 6"):
        change("premises", draft=private).apply(camera(state=LifeState.IN_SERVICE), BY, LATER)


def test_a_source_is_stored_only_when_the_mask_names_it() -> None:
    source = Source("rtsp://h/")
    assert change("source", source=source).new_source is source
    assert change("display_name", source=source).new_source is None


def test_who_enters_basic_data_confirms_it() -> None:
    after = revised(camera(), BY, "retired: broken", LATER)
    assert (after.revision, after.etag, after.confirmed_at, after.created_at) == (2, "r2", LATER, NOW)
    assert (after.changed_by, after.cause) == (BY, "retired: broken")
