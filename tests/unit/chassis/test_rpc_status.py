"""What a neighbour's failure means: a service that stops, and ends what still runs there, is away and not at fault."""

import pytest
from grpc import StatusCode
from grpc.aio import AioRpcError, Metadata

from services.chassis import errors, rpc_status
from services.gateway.rpc import failure


@pytest.mark.parametrize("code", [StatusCode.UNAVAILABLE, StatusCode.CANCELLED])
def test_what_a_stopping_service_left_undone_may_be_asked_again(code: StatusCode) -> None:
    said = AioRpcError(code, Metadata(), Metadata(), details="CANCELLED")
    told = rpc_status.to_error(said, "permissions")
    assert (told.kind, told.reason, dict(told.metadata)) == (
        errors.Unavailable.kind, "SERVICE_AWAY", {"service": "permissions"},
    )  # fmt: skip
    assert failure.of_call(said, "registry").code == StatusCode.UNAVAILABLE


def test_any_other_bare_failure_is_our_fault() -> None:
    said = AioRpcError(StatusCode.UNKNOWN, Metadata(), Metadata(), details="secret")
    told = rpc_status.to_error(said, "permissions")
    assert told.kind == errors.Internal.kind
    assert "secret" not in told.message


def test_an_error_is_the_same_bytes_in_every_process() -> None:
    facts = dict.fromkeys(("camera", "action", "rule", "article", "agency", "limit", "service", "request"), "x")
    [info] = rpc_status.to_status(errors.Denied("NOT_PERMITTED", "no", **facts)).details
    places = [info.value.index(f"\n{chr(len(name))}{name}".encode()) for name in sorted(facts)]
    assert places == sorted(places), "the order of a map is each process's own unless it is sorted"
