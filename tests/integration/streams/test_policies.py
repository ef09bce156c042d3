"""A relay decides by itself when the policy changes: with nobody's help, by whichever way the policy reaches it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from services.streams.relay.judge import UNDECIDED_FOR
from tests.eventually import eventually
from tests.integration.streams.rtsp import picture, refusal, reset, watching
from tests.integration.streams.stage import GENESIS, RELAY, Stage, stage
from tests.integration.streams.test_forgeries import FORGER, TOKEN_INVALID

pytestmark = pytest.mark.asyncio(loop_scope="module")
STANDING = "art14-live-municipal-police"
PAPERS = "legalBases/l"


def without(rule: str) -> str:
    """The genesis but for one row."""
    return "".join(line for line in GENESIS.splitlines(keepends=True) if not line.startswith(f"{rule},"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("policies")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def relay(running: Stage) -> AsyncIterator[Stage]:
    """The relay with the genesis in force again."""
    await running.adopt()
    await running.settled()
    yield running


async def allowed(relay: Stage) -> tuple[str, str]:
    """Two viewers' URLs: one watches by a row alone, the other has papers too."""
    (standing, one), (letter, other) = await relay.assign(), await relay.assign(legal_basis=PAPERS)
    assert not one.error_kind + other.error_kind
    return standing, letter


@pytest.mark.parametrize("way", ["pushed and kept", "pushed only", "kept only"])
async def test_without_streams_a_new_policy_ends_who_lost_the_right_and_nobody_else(relay: Stage, way: str) -> None:
    standing, letter = await allowed(relay)
    async with watching(standing) as loser, watching(letter) as keeper:
        await relay.adopt(without(STANDING), is_heard=way != "kept only", is_kept=way != "pushed only")
        await reset(loser)
        assert await refusal(standing) == TOKEN_INVALID
        since = datetime.now(UTC)
        while datetime.now(UTC) < since + UNDECIDED_FOR + timedelta(seconds=1):  # longer than for what is undecided
            await picture(keeper)


async def test_a_policy_that_is_nowhere_ends_everybody_by_the_lease_until_it_is_found(relay: Stage) -> None:
    standing, letter = await allowed(relay)
    async with watching(standing) as one, watching(letter) as other:
        await relay.adopt(is_heard=False, is_kept=False)
        await reset(one)
        await reset(other)
    _, reply = await relay.assign()
    assert (reply.error_kind, reply.error_reason) == ("UNAVAILABLE", "SERVICE_AWAY")
    await relay.adopt()
    await relay.settled()


async def test_after_a_version_that_nobody_kept_sessions_last_until_streams_asks_again(relay: Stage) -> None:
    standing, letter = await allowed(relay)
    async with watching(standing) as undecided, watching(letter) as again:
        relay.revision += 1
        await relay.end(f"policyVersions/{relay.revision}")
        await relay.adopt()
        session = f"sessions/{letter.partition('/s/')[2].partition('?')[0]}"
        signed = relay.decided(session, legal_basis=PAPERS)

        async def is_assigned_again() -> bool:
            _, reply = await relay.assign(session=session, signed_facts=signed, legal_basis=PAPERS)
            return not reply.error_kind

        await eventually(is_assigned_again)
        await reset(undecided, within_s=UNDECIDED_FOR.total_seconds() + 5)
        await picture(again)


async def test_a_forged_policy_changes_nothing(relay: Stage) -> None:
    standing, _ = await allowed(relay)
    async with watching(standing) as viewer:
        genuine, relay.permissions = relay.permissions, FORGER
        await relay.adopt(without(STANDING), is_kept=False)
        relay.permissions, relay.revision, relay.number = genuine, relay.revision - 1, relay.number - 1
        await relay.settled()
        await picture(viewer)


async def test_an_older_policy_played_again_changes_nothing(relay: Stage) -> None:
    await relay.adopt(without(STANDING))
    played = await relay.bus.value(relay.policies, str(relay.revision))
    assert played is not None
    await relay.adopt()
    standing, _ = await allowed(relay)
    async with watching(standing) as viewer:
        await relay.bus.publish("kapok.v1.permissions.policies", played)
        await relay.settled()
        await picture(viewer)


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"facts_signer": FORGER}, "PERMISSION_DENIED"),
        ({"signed_facts": b""}, "PERMISSION_DENIED"),
        ({"session": "sessions/of-somebody-else"}, "PERMISSION_DENIED"),
        ({"kind": "urban-management", "level": 3}, "PERMISSION_DENIED"),
        ({"kind": "fire-brigade"}, "ABORTED"),
        ({"at": datetime(2026, 1, 1, tzinfo=UTC)}, "ABORTED"),
        ({"ground_ends_at": datetime(2026, 1, 1, tzinfo=UTC), "legal_basis": PAPERS, "level": 4,
          "kind": "urban-management"}, "PERMISSION_DENIED"),
    ],
)  # fmt: skip
async def test_streams_alone_opens_nothing(relay: Stage, wrong: dict[str, object], kind: str) -> None:
    url, reply = await relay.assign(**wrong)
    assert reply.error_kind == kind, reply
    assert await refusal(url) == TOKEN_INVALID


async def test_a_session_ends_with_the_papers_that_it_stands_on_whatever_streams_says(relay: Stage) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=2)
    url, reply = await relay.assign(
        kind="national-security", level=5, legal_basis=PAPERS, ground_ends_at=soon,
        ends_at=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip
    assert not reply.error_kind
    async with watching(url) as viewer:
        await reset(viewer)
    assert datetime.now(UTC) >= soon
    assert RELAY in {told.relay for told in relay.heard}
