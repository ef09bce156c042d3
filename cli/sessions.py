"""`kapok watch` and `kapok sessions`: one principal's permitted use of a camera, opened, listed, closed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

import typer

from cli import names, screen
from cli.arguments import form
from cli.cameras import CameraArgument
from cli.gateway import Gateway
from cli.grounds import IncidentOption, LegalBasisOption
from cli.invocation import Context
from cli.listing import show_list
from kapok.streams.v1 import session_pb2, streams_service_pb2
from services.chassis import errors

group = typer.Typer(no_args_is_help=True, help="Your sessions: list, renew, close.")
PurposeOption = Annotated[
    int | None,
    typer.Option(
        metavar="PURPOSE",
        parser=names.choice(session_pb2.Purpose, "PURPOSE_"),
        help=names.choices(session_pb2.Purpose, "PURPOSE_"),
    ),
]
CameraOption = Annotated[
    str | None,
    typer.Option(
        metavar="CAMERA",
        parser=names.camera,
        help="Everybody's sessions on it: of your own cameras, within an inspection, or for the municipal organs.",
    ),
]
# What each kind of agency is there for; a sector authority or the information-technology authority has to say it.
_USUAL: Mapping[str, int] = {
    "public-security": session_pb2.PURPOSE_PUBLIC_ORDER,
    "national-security": session_pb2.PURPOSE_NATIONAL_SECURITY,
    "urban-management": session_pb2.PURPOSE_URBAN_MANAGEMENT,
    "emergency-command": session_pb2.PURPOSE_EMERGENCY_RESPONSE,
    "operator": session_pb2.PURPOSE_OPERATION_DUTY,
}


@dataclass(frozen=True)
class Use:
    """What a session is opened for."""

    camera: CameraArgument
    purpose: PurposeOption = None
    legal_basis: LegalBasisOption = None
    incident: IncidentOption = None
    viewers: Annotated[int, typer.Option(min=1, max=1000, help="Connections at once.")] = 1
    secondary: Annotated[bool, typer.Option("--secondary", help="The camera's smaller stream.")] = False


@form
def watch(context: Context, use: Use) -> None:
    """Open a live session of CAMERA; print what a player and a browser open within a minute."""
    _say_opened(context, open_session(context.obj.gateway, use, session_pb2.Session.KIND_LIVE))


@group.command("list")
def list_sessions(
    context: Context,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, max=10_000)] = 20,
    camera: CameraOption = None,
    closed: Annotated[bool, typer.Option("--closed", help="With --camera: those that have closed too.")] = False,
) -> None:
    """Your sessions, newest first; with --camera everybody's that are open on it."""
    if camera is not None:
        return _list_on(context, camera, limit, closed=closed)
    if closed:
        raise typer.BadParameter("--closed goes with --camera: your own are listed open and closed")
    return show_list(
        context, streams_service_pb2.ListSessionsRequest(page_size=500), limit,
        ("session", "camera", "kind", "state", "opened", "ends", "closed because"),
        lambda s: (s.name, s.camera.rpartition("/")[2], _kind(s), _state(s), screen.moment(s.create_time),
                   screen.moment(s.expire_time), s.close_reason),
    )  # fmt: skip


def _list_on(context: Context, camera: str, limit: int, *, closed: bool) -> None:
    request = streams_service_pb2.ListCameraSessionsRequest(parent=camera, page_size=500, include_closed=closed)
    show_list(
        context, request, limit,
        ("session", "who", "agency", "kind", "for", "viewers", "state", "opened", "ends", "closed because"),
        lambda s: (s.name, s.principal, s.agency, _kind(s), _purpose(s), s.viewer_limit, _state(s),
                   screen.moment(s.create_time), screen.moment(s.expire_time), s.close_reason),
    )  # fmt: skip


@group.command("renew")
def renew_session(
    context: Context, session: Annotated[str, typer.Argument(parser=names.resource("sessions"), metavar="SESSION")]
) -> None:
    """Print a fresh URL of a session of yours, for a player that lost the connection: its relay may have died."""
    _say_opened(context, context.obj.gateway.call(streams_service_pb2.RenewSessionRequest(name=session)))


@group.command("close")
def close_session(
    context: Context, session: Annotated[str, typer.Argument(parser=names.resource("sessions"), metavar="SESSION")]
) -> None:
    """Close a session of yours; its viewers are ended."""
    said = context.obj.gateway.call(streams_service_pb2.CloseSessionRequest(name=session))
    context.obj.screen.fields(
        said, ("session", said.name), ("state", _state(said)), ("closed", screen.moment(said.close_time))
    )


def open_session(gateway: Gateway, use: Use, kind: "session_pb2.Session.Kind") -> Any:
    """Open a session; returns an OpenSessionResponse."""
    session = session_pb2.Session(
        camera=use.camera, kind=kind, legal_basis=use.legal_basis, incident=use.incident, viewer_limit=use.viewers,
        purpose=chosen_purpose(gateway, use.purpose),
        stream="STREAM_SECONDARY" if use.secondary else "STREAM_MAIN",
    )  # fmt: skip
    return gateway.call(streams_service_pb2.OpenSessionRequest(session=session))


def chosen_purpose(gateway: Gateway, purpose: int | None) -> "session_pb2.Purpose":
    """The one named, or what the caller's kind of agency is there for."""
    found = purpose or _USUAL.get(gateway.me["kind"], 0)
    if not found:
        raise typer.BadParameter(f"say what for with --purpose: {names.choices(session_pb2.Purpose, 'PURPOSE_')}")
    return found  # type: ignore[return-value] # one of the enum's numbers


@contextmanager
def session_of(gateway: Gateway, use: Use, kind: "session_pb2.Session.Kind") -> Iterator[Any]:
    """A session that is closed on leaving, however one leaves."""
    opened = open_session(gateway, use, kind)
    closing = streams_service_pb2.CloseSessionRequest(name=opened.session.name)
    try:
        yield opened
    except BaseException:
        with suppress(errors.Error):  # it ends by itself at its end time; what went wrong first is what to tell
            gateway.call(closing)
        raise
    gateway.call(closing)


def for_players(opened: streams_service_pb2.OpenSessionResponse) -> str:
    """The URL that a player is given: plain on loopback, where no certificate need be known to it, else over TLS."""
    host = urlsplit(opened.rtsp_url).hostname or ""
    is_near = host == "localhost" or host.startswith("127.") or host == "::1"
    return opened.rtsp_url if is_near or not opened.rtsps_url else opened.rtsps_url


def _say_opened(context: Context, opened: Any) -> None:
    context.obj.screen.line(for_players(opened))
    context.obj.screen.line(_link(context.obj.gateway, opened))
    session = opened.session
    context.obj.screen.fields(
        opened, ("join by", screen.moment(opened.token_expire_time)), ("ends at", screen.moment(session.expire_time)),
        ("purpose", _purpose(session)), ("allowed by", f"{session.rule} ({session.article})"),
        ("close it with", f"kapok --as {session.principal.removeprefix('principals/')} sessions close {session.name}"),
    )  # fmt: skip


def _link(gateway: Gateway, opened: Any) -> str:
    """The page of this cell that plays the session. What stands behind # never leaves the browser."""
    return f"{gateway.endpoints.http}/watch#{urlencode({'url': opened.websocket_url, 'token': opened.token})}"


def _purpose(session: Any) -> str:
    return names.label("PURPOSE_", session_pb2.Purpose.Name(session.purpose))


def _kind(session: Any) -> str:
    return names.label("KIND_", session_pb2.Session.Kind.Name(session.kind))


def _state(session: Any) -> str:
    return names.label("STATE_", session_pb2.Session.State.Name(session.state))
