"""`kapok findings list`: what is owed, for people and for programs."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest

from kapok.audit.v1 import findings_service_pb2 as pb
from tests.integration.cli.desk import Clerk, home, kapok

RAISED, DUE, RESOLVED = (datetime(2026, month, 1, 8, tzinfo=UTC) for month in (3, 4, 5))


@dataclass
class Lister(Clerk):
    """Lists ``count`` findings in pages of two, the oldest of them resolved."""

    count: int = 5
    asked: list[Any] = field(default_factory=list)

    def service(self, _handler_call_details: Any) -> Any:
        return grpc.unary_unary_rpc_method_handler(
            self._list, pb.ListFindingsRequest.FromString, pb.ListFindingsResponse.SerializeToString
        )

    async def _list(self, request: Any, _context: Any) -> Any:
        self.asked.append(pb.ListFindingsRequest.FromString(request.SerializeToString()))
        start = int(request.page_token or 0)
        answer = pb.ListFindingsResponse(next_page_token=str(start + 2) if start + 2 < self.count else "")
        for number in range(start, min(start + 2, self.count)):
            answer.findings.add(
                subject=f"operators/metro/systems/{number}", article="Article 12", sentence="put up a sign",
                raise_time=RAISED, due_time=DUE, count=number,
                resolve_time=RESOLVED if number == self.count - 1 else None,
            )  # fmt: skip
        return answer


async def test_findings_are_a_table_of_every_page(tmp_path: Path) -> None:
    clerk = Lister()
    async with home(tmp_path, clerk=clerk) as place:
        code, out, _ = await kapok(place, "findings", "list")
    assert code == 0
    heading, *lines = out.splitlines()
    assert heading.split() == ["subject", "article", "what", "raised", "due", "count"]
    assert len(lines) == 5
    for part in ("operators/metro/systems/3", "Article 12", "put up a sign", "2026-03-01 08:00:00Z",
                 "2026-04-01 08:00:00Z"):  # fmt: skip
        assert part in lines[3]
    assert lines[3].split()[-1] == "3"
    assert not any(request.include_resolved or request.article for request in clerk.asked)


@pytest.mark.parametrize("article", ["Article 12", "12"])
async def test_an_article_and_resolved_ones_can_be_asked_for(tmp_path: Path, article: str) -> None:
    clerk = Lister()
    async with home(tmp_path, clerk=clerk) as place:
        code, out, _ = await kapok(place, "findings", "list", "--all", "--article", article)
    assert code == 0
    assert all(request.include_resolved and request.article == "Article 12" for request in clerk.asked)
    assert out.splitlines()[0].split()[-1] == "resolved"
    assert "2026-05-01 08:00:00Z" in out.splitlines()[-1]


async def test_findings_are_one_document_for_programs(tmp_path: Path) -> None:
    async with home(tmp_path, clerk=Lister()) as place:
        code, out, _ = await kapok(place, "findings", "list", "--json", "--limit", "3")
    assert code == 0
    found = json.loads(out)["findings"]
    assert [finding["subject"][-1] for finding in found] == ["0", "1", "2"]
    assert found[0]["raiseTime"] == "2026-03-01T08:00:00Z"
