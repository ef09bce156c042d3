"""What one agency may ask is bounded, whatever certificates it has; what is beyond goes on record by its count."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc

from tests.integration.gateway.cell import POLICE, Cell, channel
from tests.integration.gateway.echo import SERVICE, Text
from tests.integration.gateway.test_admission import retry_delay, say

SECOND, OTHER = "principals/police-yuexiu-archive", "principals/command-guangzhou"


async def answered(calls: int, ask: Callable[[], Awaitable[Any]]) -> int:
    """How many of these pass; every other one is told when to come back."""
    passed = 0
    for _ in range(calls):
        try:
            await ask()
            passed += 1
        except grpc.aio.AioRpcError as failure:
            if failure.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED or not retry_delay(failure):
                raise
    return passed


async def chat(line: Any) -> list[str]:
    """Call the method that is costly."""
    call = line.stream_stream(f"/{SERVICE}/Chat", Text.SerializeToString, Text.FromString)(iter([Text(value="a")]))
    return [answer.value async for answer in call]


async def test_an_agency_shares_its_limit_among_its_certificates_and_others_are_unharmed(cell: Cell) -> None:
    cell.directory.agencies[OTHER] = "agencies/command"
    async with (
        cell.gateway(agency_calls_per_s=0.01, agency_calls_burst=5) as bound,
        channel(cell, bound.grpc_port, cell.member(POLICE)) as first,
        channel(cell, bound.grpc_port, cell.member(SECOND)) as second,
        channel(cell, bound.grpc_port, cell.member(OTHER)) as other,
    ):
        assert await answered(4, lambda: say(first)) == 4
        assert await answered(4, lambda: say(second)) == 1
        assert await answered(5, lambda: say(other)) == 5


async def test_costly_methods_have_a_limit_of_their_own_for_each_agency(cell: Cell) -> None:
    async with (
        cell.gateway(takeover_calls_per_s=0.01, takeover_calls_burst=2) as bound,
        channel(cell, bound.grpc_port, cell.member(POLICE)) as first,
        channel(cell, bound.grpc_port, cell.member(SECOND)) as second,
    ):
        assert await answered(1, lambda: chat(first)) == 1
        assert await answered(3, lambda: chat(second)) == 1
        assert await answered(5, lambda: say(second)) == 5, "other methods are not counted with it"


async def test_a_flood_is_on_record_by_its_count_and_exactly(cell: Cell) -> None:
    async with (
        cell.gateway(calls_per_s=0.01, calls_burst=3) as bound,
        channel(cell, bound.grpc_port, cell.member(POLICE)) as line,
    ):
        passed = await asyncio.gather(*(answered(10, lambda: say(line)) for _ in range(20)))
        assert cell.refusals.seen[0].refusal.count == 1, "the first at once"
    found = cell.refusals.seen
    assert (sum(passed), sum(seen.refusal.count for seen in found)) == (3, 197)
    assert len(found) < 20, "the others are no more work than counting"
    assert {(seen.principal, seen.refusal.code, seen.refusal.reason) for seen in found} == {
        (POLICE, "RESOURCE_EXHAUSTED", "LIMIT_REACHED")
    }
