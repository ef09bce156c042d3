"""Which systems a camera may join: open ones, with room, and of one kind of secrecy (Articles 6 ¶3, 11)."""

import pytest

from services.chassis.errors import FailedPrecondition
from services.registry.standing import FINANCE, Standing
from services.registry.system.record import LifeState

CLOSED = {LifeState.RETIRED, LifeState.SUSPENDED_BY_PUBLIC_SECURITY}
MOST = 10


def standing(
    state: LifeState = LifeState.IN_SERVICE, count: int = 0, sealed_count: int = 0, *, excludes_passwords: bool = False
) -> Standing:
    return Standing("operators/parks/systems/north", state, count, sealed_count, excludes_passwords)


def refusal(found: Standing, category: int = 10) -> FailedPrecondition:
    with pytest.raises(FailedPrecondition) as refused:
        found.refuse_unless_open(category, MOST)
    return refused.value


@pytest.mark.parametrize("state", LifeState)
def test_a_system_takes_cameras_until_it_is_retired_or_public_security_suspends_it(state: LifeState) -> None:
    if state in CLOSED:
        assert refusal(standing(state)).metadata["state"] == state.name
    else:
        standing(state).refuse_unless_open(10, MOST)


@pytest.mark.parametrize("is_sealed", [True, False])
def test_state_secrets_and_others_never_share_a_system(is_sealed: bool) -> None:
    found = standing()
    found.refuse_mixed(is_sealed=is_sealed)
    found.join(is_sealed=is_sealed)
    found.refuse_mixed(is_sealed=is_sealed)
    with pytest.raises(FailedPrecondition) as refused:
        found.refuse_mixed(is_sealed=not is_sealed)
    assert refused.value.metadata["article"] == "Article 11"
    found.leave(is_sealed=is_sealed)
    found.refuse_mixed(is_sealed=not is_sealed)


def test_a_system_fills_up_within_one_transaction() -> None:
    found = standing(count=MOST - 1)
    found.refuse_unless_open(10, MOST)
    found.join(is_sealed=False)
    assert refusal(found).metadata["state"] == "full"


def test_a_financial_place_in_service_needs_its_passwords_excluded() -> None:
    assert refusal(standing(), FINANCE).reason == "SYSTEM_INCOMPLETE"
    standing(excludes_passwords=True).refuse_unless_open(FINANCE, MOST)
    standing(LifeState.BUILT).refuse_unless_open(FINANCE, MOST)
