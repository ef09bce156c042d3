"""Calls beyond a limit: the first of a kind is written, the others are counted, and nothing grows with a flood."""

from services.gateway.overruns import Overruns
from services.gateway.refusal import Refusal, RefusalBook


class Pages:
    """A ledger held in memory: what was written, with its count."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str, int]] = []

    async def record(self, refusal: Refusal) -> None:
        self.written.append((refusal.principal, refusal.request_id, refusal.count))


def overrun(principal: str, number: int = 0) -> Refusal:
    return Refusal(principal, "/s/M", "RESOURCE_EXHAUSTED", "LIMIT_REACHED", "more than 200", f"id-{number}")


async def test_the_first_is_written_at_once_and_the_rest_as_one_with_the_last_ones_id() -> None:
    pages = Pages()
    overruns = Overruns(RefusalBook(pages))
    for number in range(5):
        await overruns.record(overrun("a", number))
    await overruns.record(overrun("b"))
    assert pages.written == [("a", "id-0", 1), ("b", "id-0", 1)]
    await overruns.write()
    await overruns.write()
    assert pages.written[2:] == [("a", "id-4", 4)]
    await overruns.record(overrun("a", 9))
    assert pages.written[3:] == [("a", "id-9", 1)]
