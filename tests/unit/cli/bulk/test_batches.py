"""Batches keep to the API's limits, and put every fault back on its line."""

from collections.abc import Iterator

from cli.bulk.batches import BYTES_MOST, ROWS_MOST, batches
from cli.bulk.faults import Fault
from cli.bulk.rows import Record
from kapok.registry.v1 import bulk_service_pb2, camera_pb2
from tests.unit.cli.bulk.tables_at_hand import code


def _records(count: int, broken: int = 0, place: str = "x") -> Iterator[Record]:
    """Lines 2, 3, …; each ``broken``-th a fault."""
    for number in range(count):
        camera = camera_pb2.Camera(code=code(number), place=place)
        is_fault = bool(broken) and number % broken == 0
        yield Record(number + 2, Fault(number + 2, "", "bad") if is_fault else camera)


def test_a_batch_has_at_most_a_thousand_rows_and_no_row_is_lost() -> None:
    found = list(batches(_records(2500, broken=7)))
    assert max(batch.rows for batch in found) == ROWS_MOST
    assert sum(batch.rows for batch in found) == 2500
    assert [batch.last_line for batch in found] == [1001, 2001, 2501]


def test_a_batch_of_large_rows_fits_in_a_message() -> None:
    found = list(batches(_records(1000, place="路" * 10_000)))
    assert max(batch.size_bytes for batch in found) < BYTES_MOST + 40_000
    assert sum(batch.rows for batch in found) == 1000


def test_faults_of_both_sides_stand_in_the_order_of_lines() -> None:
    [batch] = batches(_records(10, broken=3))  # lines 2, 5, 8, 11
    field = bulk_service_pb2.FieldFault(field="camera.place", description="no")
    row = bulk_service_pb2.RowFault(
        index=2, reason="PLACE_OF_PRIVACY", message="no", fields=[field], article="Article 6"
    )
    found = batch.settled([row])
    assert [fault.line for fault in found] == [2, 5, 6, 8, 11]
    assert (found[2].code, found[2].reason, found[2].article) == (code(4), "PLACE_OF_PRIVACY", "Article 6")


def test_nothing_is_no_batch() -> None:
    assert not list(batches(iter(())))
