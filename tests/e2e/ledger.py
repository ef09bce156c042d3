"""What the ledger holds, as those see it who may read it. It hears of a fact a moment later than it happened."""

from demo.platform import Platform
from kapok.audit.v1 import audit_service_pb2
from kapok.fact.v1 import fact_pb2


def newest(stage: Platform, book: str = "ordinary", reader: str = "police-guangzhou") -> list[fact_pb2.Fact]:
    """The last 500 facts of a book, the newest first."""
    request = audit_service_pb2.ListRecordsRequest(parent=f"books/{book}", page_size=500, newest_first=True)
    return [fact_pb2.Fact.FromString(record.fact) for record in stage.ask(reader, request).records]
