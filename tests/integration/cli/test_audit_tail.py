"""`kapok audit tail`: page after page, in lines that are as long as what they say."""

from pathlib import Path

from cli.verify import FIRST_PREVIOUS, chained
from kapok.audit.v1 import audit_service_pb2
from kapok.fact.v1 import fact_pb2
from kapok.registry.v1 import camera_pb2
from tests.integration.cli.desk import Ledger, home, kapok


def _with(*facts: fact_pb2.Fact) -> Ledger:
    ledger, previous = Ledger(0), FIRST_PREVIOUS
    for number, fact in enumerate(facts, 1):
        previous = chained(previous, fact.SerializeToString())
        ledger.records.append(
            audit_service_pb2.Record(number=number, fact=fact.SerializeToString(), hash=previous)
        )  # fmt: skip
    return ledger


async def test_tail_goes_on_to_the_next_page_until_it_has_all_that_was_asked_for(tmp_path: Path) -> None:
    async with home(tmp_path, ledger=Ledger(400)) as place:  # the desk's pages hold 100
        code, out, _ = await kapok(place, "audit", "tail", "-n", "250")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[1:]] == [str(n) for n in range(151, 401)]


async def test_tail_of_a_short_ledger_is_all_of_it(tmp_path: Path) -> None:
    async with home(tmp_path, ledger=Ledger(3)) as place:
        code, out, _ = await kapok(place, "audit", "tail", "-n", "1000")
    assert code == 0
    assert len(out.splitlines()) == 4


async def test_a_long_refusal_pads_no_other_line(tmp_path: Path) -> None:
    refused = fact_pb2.Fact(kind="gateway.call.refused", principal="principals/甲-1")
    refused.snapshot.Pack(fact_pb2.Refusal(reason="NOT_PERMITTED", message="why " * 200, count=2))
    plain = fact_pb2.Fact(kind="streams.session.opened", principal="principals/police-yuexiu")
    async with home(tmp_path, ledger=_with(refused, plain)) as place:
        code, out, _ = await kapok(place, "audit", "tail")
    assert code == 0
    heading, first, second = out.splitlines()
    assert first.endswith("why  (2 times)")
    assert max(len(heading), len(second)) < 100
    assert second == second.rstrip()


async def test_a_bulk_change_is_told_by_its_number_of_cameras(tmp_path: Path) -> None:
    many = fact_pb2.Fact(kind="registry.camera.created")
    many.snapshot.Pack(camera_pb2.CameraBatch(cameras=[camera_pb2.Camera(code=str(n)) for n in range(1000)]))
    async with home(tmp_path, ledger=_with(many)) as place:
        code, out, _ = await kapok(place, "audit", "tail")
    assert code == 0
    assert out.splitlines()[1].endswith("  1000 cameras")
