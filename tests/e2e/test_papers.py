"""Papers on the whole platform: counted as sessions open on them, and withdrawn from running looks too."""

from datetime import timedelta
from typing import Any

from demo.chapters import ahead, first_camera, name_of, opened, refused
from demo.platform import Platform, watching
from kapok.permissions.v1 import legal_basis_pb2
from kapok.permissions.v1 import permissions_service_pb2 as permissions
from kapok.streams.v1 import streams_service_pb2 as streams

POLICE = "police-yuexiu"
ELSEWHERE = first_camera("440106", level=1)  # of Tianhe: no standing right of Yuexiu's police reaches it


def papers(stage: Platform, use_limit: int = 0) -> str:
    """Registered for the camera elsewhere, for an hour."""
    basis = legal_basis_pb2.LegalBasis(
        number="9", issuer=f"agencies/{POLICE}", cameras=[name_of(ELSEWHERE)], purpose="theft", use_limit=use_limit,
        officers=[
            legal_basis_pb2.Officer(
                display_name=str(n), certificate_number=str(n), certificate_expire_time=ahead(timedelta(days=1))
            )
            for n in range(2)
        ],
        start_time=ahead(timedelta(seconds=-1)), end_time=ahead(timedelta(hours=1)), document_sha256="0" * 64,
    )  # fmt: skip
    name: str = stage.ask(POLICE, permissions.RegisterLegalBasisRequest(legal_basis=basis)).name
    return name


def shown(stage: Platform, name: str) -> Any:
    """As on record now."""
    return stage.ask(POLICE, permissions.GetLegalBasisRequest(name=name))


def test_a_running_look_ends_when_its_papers_are_revoked(stage: Platform) -> None:
    name = papers(stage)
    viewer = watching(opened(stage, POLICE, ELSEWHERE, legal_basis=name).rtsp_url)
    assert viewer.await_pictures(25), viewer.why
    told = stage.kapok("--as", "police-guangzhou", "legal-basis", "revoke", name, "--reason", "the case is closed")
    assert told.returncode == 0, told.stderr
    assert viewer.ended.wait(5), "police still see pictures"
    with refused("PAPERS_MISSING", "Article 19"):
        opened(stage, POLICE, ELSEWHERE, legal_basis=name)
    assert shown(stage, name).revoked_by == "principals/police-guangzhou"


def test_each_session_is_a_use_and_a_renewal_is_none(stage: Platform) -> None:
    name = papers(stage, use_limit=2)
    first = opened(stage, POLICE, ELSEWHERE, legal_basis=name).session.name
    assert shown(stage, name).use_count == 1
    opened(stage, POLICE, ELSEWHERE, legal_basis=name)
    with refused("PAPERS_MISSING", "Article 19"):
        opened(stage, POLICE, ELSEWHERE, legal_basis=name)
    stage.ask(POLICE, streams.RenewSessionRequest(name=first))
    assert shown(stage, name).use_count == 2
