"""Persons over their agency's connection, gRPC and REST: the person calls; a revocation counts with the next call."""

import base64
import hashlib
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kapok.permissions.v1 import permissions_events_pb2
from services.chassis import errors, rpc_status
from tests.eventually import eventually
from tests.integration.gateway.authority import Pair
from tests.integration.gateway.cell import AUDIENCE, POLICE, Cell, channel
from tests.integration.gateway.echo import SERVICE, Text
from tests.integration.gateway.test_rest import CAMERA, Web, reason, session

LI = "principals/li-wei"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KID = hashlib.sha256(KEY.public_key().public_bytes_raw()).hexdigest()
KEY_NAME = f"agencyKeys/{KID}"


@pytest.fixture
def pair(cell: Cell) -> Pair:
    """The police's connection; Li Wei is one of theirs."""
    cell.directory.persons.add(LI)
    cell.directory.keys[KEY_NAME] = KEY.public_key().public_bytes_raw()
    return cell.member(POLICE)


@pytest.fixture
async def line(cell: Cell, pair: Pair) -> AsyncIterator[Any]:
    async with cell.gateway() as bound, channel(cell, bound.grpc_port, pair) as opened:
        yield opened


def token(pair: Pair, **changes: Any) -> str:
    thumbprint = base64.urlsafe_b64encode(bytes.fromhex(pair.sha256)).rstrip(b"=").decode()
    now = int(time.time())
    claims = {"sub": LI, "aud": AUDIENCE, "iat": now, "exp": now + 300, "cnf": {"x5t#S256": thumbprint}}
    return jwt.encode(claims | changes, KEY, algorithm="EdDSA", headers={"kid": KID})


async def say(line: Any, *values: str) -> Any:
    """Raises errors.Error."""
    method = line.unary_unary(f"/{SERVICE}/Say", Text.SerializeToString, Text.FromString)
    try:
        return await method(Text(value="a"), metadata=tuple(("authorization", value) for value in values))
    except grpc.aio.AioRpcError as failure:
        raise rpc_status.to_error(failure, "gateway") from failure


async def end(cell: Cell, subject: str) -> None:
    """As permissions tells it."""
    ending = permissions_events_pb2.Ending(number=1, cause="CAUSE_AGENCY_KEY_REVOKED", subject=subject)
    sealed = cell.permissions_signer.seal("kapok.permissions.ending", ending.SerializeToString())
    await cell.bus.publish("kapok.v1.permissions.endings", sealed)


async def test_the_service_learns_of_the_person_with_what_it_came_by(cell: Cell, line: Any, pair: Pair) -> None:
    await say(line, f"Bearer {token(pair)}")
    await say(line)
    person, system = cell.echo.callers
    assert (person.principal, person.agency_key, person.system) == (LI, KEY_NAME, POLICE)
    assert (system.principal, system.agency_key, system.system) == (POLICE, "", "")
    assert person.certificate_sha256 == system.certificate_sha256 == pair.sha256
    assert "authorization" not in cell.echo.metadata[0], "the token goes no further"


async def test_rest_takes_the_same_token(cell: Cell, pair: Pair) -> None:
    async with cell.gateway() as bound, session(cell, pair) as opened:
        web = Web(opened, f"https://localhost:{bound.http_port}")
        status, _ = await web.ask("GET", f"/v1/{CAMERA}", headers={"Authorization": f"Bearer {token(pair)}"})
        assert status == 200
        for wrong in ("Bearer x", "Basic eDp5", "Bearer"):
            status, told = await web.ask("GET", f"/v1/{CAMERA}", headers={"Authorization": wrong})
            assert (status, reason(told)) == (401, "PERSON_TOKEN_INVALID")
        two = [("Authorization", f"Bearer {token(pair)}")] * 2
        status, told = await web.ask("GET", f"/v1/{CAMERA}", headers=two)
        assert (status, reason(told)) == (401, "PERSON_TOKEN_INVALID")
    assert len(cell.cameras.requests) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "kapok://cells/another"}, {"exp": int(time.time()) - 60}, {"cnf": {"x5t#S256": "A" * 43}},
        {"sub": POLICE}, {"sub": "principals/nobody"},
    ],
)  # fmt: skip
async def test_what_is_wrong_reaches_no_service_and_is_on_record_without_the_token(
    cell: Cell, line: Any, pair: Pair, changes: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    shown = token(pair, **changes)
    with caplog.at_level(logging.DEBUG), pytest.raises(errors.Unauthenticated) as refused:
        await say(line, f"Bearer {shown}")
    assert refused.value.reason == "PERSON_TOKEN_INVALID"
    assert cell.echo.callers == []
    [refusal] = cell.refusals.seen
    assert refusal.principal == POLICE, "whose connection it is; who it claims to be is not known"
    for told in (str(refusal), refused.value.message, caplog.text):
        assert shown not in told
        assert shown.rpartition(".")[2] not in told


async def test_another_agencys_connection_carries_no_token_of_this_one(cell: Cell, pair: Pair) -> None:
    stolen = token(pair)
    other = cell.member("principals/metro")
    async with cell.gateway() as bound, channel(cell, bound.grpc_port, other) as line:
        with pytest.raises(errors.Unauthenticated, match="cnf"):
            await say(line, f"Bearer {stolen}")


async def test_a_huge_token_is_refused_and_the_connection_lives(cell: Cell, line: Any, pair: Pair) -> None:
    with pytest.raises(errors.Error) as refused:
        await say(line, "Bearer " + "x" * 5000)
    assert refused.value.reason == "PERSON_TOKEN_INVALID"
    await say(line, f"Bearer {token(pair)}")


async def test_two_authorizations_are_none(cell: Cell, line: Any, pair: Pair) -> None:
    with pytest.raises(errors.Unauthenticated, match="given once"):
        await say(line, f"Bearer {token(pair)}", f"Bearer {token(pair)}")


async def test_a_revoked_key_or_person_counts_with_the_next_call(cell: Cell, line: Any, pair: Pair) -> None:
    shown = f"Bearer {token(pair)}"
    await say(line, shown)

    async def is_refused() -> bool:
        try:
            await say(line, shown)
        except (errors.Unauthenticated, errors.Denied):
            return True
        return False

    key = cell.directory.keys.pop(KEY_NAME)
    await end(cell, KEY_NAME)
    await eventually(is_refused)
    cell.directory.keys[KEY_NAME] = key
    await eventually(lambda: _allowed(is_refused))
    cell.directory.revoked.add(LI)
    await end(cell, LI)
    await eventually(is_refused)
    await say(line)  # the system itself goes on


async def _allowed(is_refused: Any) -> bool:
    return not await is_refused()


async def test_a_refusal_of_a_service_is_on_record_by_the_persons_name(cell: Cell, line: Any, pair: Pair) -> None:
    method = line.unary_unary(f"/{SERVICE}/Refuse", Text.SerializeToString, Text.FromString)
    with pytest.raises(grpc.aio.AioRpcError):
        await method(Text(), metadata=(("authorization", f"Bearer {token(pair)}"),))
    assert [refusal.principal for refusal in cell.refusals.seen] == [LI]


async def test_a_certificate_that_names_a_person_opens_nothing(cell: Cell) -> None:
    cell.directory.persons.add(LI)
    own = cell.member(LI)
    cell.directory.keys[KEY_NAME] = KEY.public_key().public_bytes_raw()
    cell.directory.certified_persons.add(LI)
    async with cell.gateway() as bound, channel(cell, bound.grpc_port, own) as line:
        with pytest.raises(errors.Unauthenticated, match="with a token"):
            await say(line)
