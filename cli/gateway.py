"""The connection to a home's gateway: addresses and certificates from endpoints.json, mTLS, calls by their request.

Who calls never runs gRPC's code: that is done `aside`, so that Ctrl-C finds no lock of it taken.
"""

import functools
import json
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import grpc
import typer
from google.protobuf import message_factory
from google.protobuf.message import Message

from cli.aside import aside
from services.chassis import errors, rpc_status

T = TypeVar("T")
CALL_TIMEOUT_S = 30.0
_ANSWER_BYTES_MOST = 16 * 1024 * 1024
_OVER = object()
REQUEST_ID = "kapok-request-id"


@dataclass(frozen=True)
class Endpoints:
    """What `kapok up` wrote of a running cell."""

    grpc: str
    ca: Path
    http: str
    ledger_public_key: bytes
    principals: Mapping[str, Mapping[str, str]]  # id → certificate, key, agency, kind
    audience: str = ""  # of tokens of persons


def read_endpoints(home: Path) -> Endpoints:
    """The endpoints of the cell at ``home``; errors.Unavailable when it was never up."""
    path = home / "endpoints.json"
    try:
        told = json.loads(path.read_text())
        return Endpoints(
            str(told["grpc"]),
            home / told["ca"],
            str(told["http"]),
            bytes.fromhex(told["ledger_public_key"]),
            dict(told["principals"]),
            str(told.get("audience", "")),
        )  # paths may be relative to the file: the folder of an agency may be moved
    except FileNotFoundError:
        raise errors.Unavailable(
            "SERVICE_AWAY", f"no platform runs at {home}: start one with kapok up --home {home}", home=str(home)
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        message = f"{path} is not what kapok up writes ({error!r}): start the platform again"
        raise errors.FailedPrecondition("STATE_WRONG", message) from None


@dataclass(frozen=True)
class Gateway:
    """One cell's API, as one principal. The channel opens with the first call."""

    home: Path
    principal_id: str = ""
    _channels: list[Any] = field(default_factory=list, repr=False)

    @functools.cached_property
    def endpoints(self) -> Endpoints:
        """Of this home."""
        return read_endpoints(self.home)

    @property
    def me(self) -> Mapping[str, str]:
        """The certificate, key, agency and kind of the principal that calls."""
        principals = self.endpoints.principals
        known = ", ".join(sorted(principals))
        if not self.principal_id:
            raise typer.BadParameter(f"say who you are with --as PRINCIPAL; this home has {known}")
        found = principals.get(self.principal_id.removeprefix("principals/"))
        if found is None:
            raise typer.BadParameter(f"--as {self.principal_id}: this home has certificates of {known}")
        return found

    @property
    def agency(self) -> str:
        """``agencies/…`` that the principal acts for."""
        return f"agencies/{self.me['agency'].removeprefix('agencies/')}"

    def call(self, request: Message) -> Any:
        """Call the method that ``request``'s type belongs to; returns its response, raises errors.Error."""
        return self._aside(lambda: self._method(type(request), "unary_unary")(request, timeout=CALL_TIMEOUT_S))

    def stream(self, request: Message) -> Generator[Any, None, None]:
        """The answers to ``request`` as they come, without a limit of time; who leaves early ends the call."""
        return self._answers(self._begun(type(request), "unary_stream", request))

    def converse(self, kind: type[Message], requests: Iterator[Message]) -> Iterator[Any]:
        """Send ``requests`` of type ``kind``, from now on, while their answers come; without a limit of time.

        ``requests`` is read in a thread of its own: it must end when the caller is done, and never raise.
        """
        return self._answers(self._begun(kind, "stream_stream", requests))

    def pages(self, request: Any) -> Iterator[Any]:
        """The answers to a List request, page after page."""
        while True:
            yield (answer := self.call(request))
            if not answer.next_page_token:
                return
            request.page_token = answer.next_page_token

    def close(self) -> None:
        """Close what was opened."""
        while self._channels:
            aside(lambda: self._channels.pop().close())

    def _method(self, kind: type[Message], shape: str) -> Any:
        """The call of the method whose requests are of type ``kind``; ``shape`` is grpc's word for what streams."""
        method = _method_of(kind)
        return getattr(self._channel(), shape)(
            f"/{method.containing_service.full_name}/{method.name}",
            kind.SerializeToString,
            message_factory.GetMessageClass(method.output_type).FromString,
        )

    def _begun(self, kind: type[Message], shape: str, sent: Any) -> list[Any]:
        """A streaming call, in a list: it is taken out to be ended, so that even its destructor runs aside."""
        return self._aside(lambda: [self._method(kind, shape)(sent)])

    def _answers(self, call: list[Any]) -> Generator[Any, None, None]:
        """Of ``call``, each fetched when it is asked for; and its end, however one leaves."""
        try:
            while (answer := self._aside(lambda: next(call[0], _OVER))) is not _OVER:
                yield answer
        finally:
            aside(lambda: call.pop().cancel())

    def _aside(self, job: Callable[[], T]) -> T:
        """What ``job`` returns; raises errors.Error, with the request's id, for what a call ends with."""

        def in_our_words() -> T:
            try:
                return job()
            except grpc.RpcError as failure:
                error = self._told(failure)
            raise error  # by itself: the failure is the call, which has gRPC's locks

        return aside(in_our_words)

    def _told(self, failure: Any) -> errors.Error:
        gateway = f"the gateway at {self.endpoints.grpc}"
        error = rpc_status.to_error(failure, gateway)
        if error.reason == "INTERNAL" and failure.code() is grpc.StatusCode.CANCELLED:  # it stops; we never cancel
            error = errors.Unavailable("SERVICE_AWAY", f"{gateway} ended the call; try again", service=gateway)
        found = dict(failure.trailing_metadata() or ()).get(REQUEST_ID, "")
        error.metadata = {**error.metadata, **({"request": found} if found else {})}
        return error

    def _channel(self) -> Any:
        if not self._channels:
            me = self.me
            try:
                authority = self.endpoints.ca.read_bytes()
                certificate, key = ((self.home / me[name]).read_bytes() for name in ("certificate", "key"))
            except (OSError, KeyError) as error:
                message = f"the certificate of {self.principal_id} can't be read: {error}; start the platform again"
                raise errors.FailedPrecondition("STATE_WRONG", message) from error
            credentials = grpc.ssl_channel_credentials(authority, key, certificate)
            options = [("grpc.max_receive_message_length", _ANSWER_BYTES_MOST)]
            self._channels.append(grpc.secure_channel(self.endpoints.grpc, credentials, options))
        return self._channels[0]


def _method_of(kind: type[Message]) -> Any:
    """The protos give every method a request type of its own (buf's STANDARD rules), so the type names the method."""
    services = kind.DESCRIPTOR.file.services_by_name.values()
    [method] = [m for service in services for m in service.methods if m.input_type is kind.DESCRIPTOR]
    return method
