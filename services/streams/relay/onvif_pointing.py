"""The driver for cameras that speak ONVIF (Profile S): ``onvif://host[:port][/device service][?profile=token]``.

    first contact   GetCapabilities (where its services lie), GetProfiles (what of it moves); remembered
    a command       ContinuousMove, AbsoluteMove, RelativeMove, Stop, GotoPreset, SetPreset, GetPresets
    a look          GetStatus

In the generic spaces of ONVIF's PTZ service: velocities and places from -1 to 1, zoom as a place from 0 to 1. They
carry no epoch, for the protocol has none; who may command is settled before (Article 18).
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from yarl import URL

from services.chassis.errors import Aborted, Denied, Error, FailedPrecondition, Unavailable
from services.streams.commands import Command, Kind
from services.streams.pointings import Pointing, told
from services.streams.relay.control import Turn
from services.streams.relay.helm import ControlAddress
from services.streams.relay.post import Post
from services.streams.relay.presets import PRESETS_MOST, KeptPreset, listed, stored
from services.streams.relay.soap import Line, path_of

MOVE = timedelta(seconds=2)  # after which a camera stops by itself, should nobody be left to tell it
DEVICE_SERVICE = "/onvif/device_service"  # where it lies by the specification
_SPACES = "http://www.onvif.org/ver10/tptz/{axis}Spaces/{kind}GenericSpace"
_RIGS_MOST = 2000
_TOKEN_MOST = 64  # characters of ONVIF's ReferenceToken


@dataclass(slots=True)
class Rig:
    """What a camera told about itself at first contact; empty where it has not told yet."""

    media: str = ""
    ptz: str = ""
    profile: str = ""


@dataclass(frozen=True)
class OnvifPointing:
    """Remembers the rigs of the cameras commanded last; one that fails is asked again."""

    post: Post
    _rigs: OrderedDict[ControlAddress, Rig] = field(default_factory=OrderedDict)

    async def obey(self, where: ControlAddress, command: Command, turn: Turn) -> tuple[KeptPreset, ...]:
        """One message, after the two of first contact."""
        with self._believing(where):
            rig = await self._rig(where, Line(self.post, where, turn, is_command=False))
            line = Line(self.post, where, turn, is_command=command.kind is not Kind.LIST_PRESETS)
            return await _obeyed(line, rig, command)

    async def look(self, where: ControlAddress, turn: Turn) -> Pointing:
        """One message, after the two of first contact."""
        line = Line(self.post, where, turn, is_command=False)
        with self._believing(where):
            rig = await self._rig(where, line)
            status = await line.call("ptz", rig.ptz, "GetStatus", ProfileToken=rig.profile)
            return _place(getattr(status, "Position", None))

    @contextmanager
    def _believing(self, where: ControlAddress) -> Iterator[None]:
        """What it told at first contact is asked again after whatever the camera does wrong inside."""
        try:
            yield
        except (Aborted, Denied):
            raise  # ours, not the camera's
        except Error:
            self._rigs.pop(where, None)
            raise

    async def _rig(self, where: ControlAddress, line: Line) -> Rig:
        rig = self._rigs.setdefault(where, Rig())
        self._rigs.move_to_end(where)
        while len(self._rigs) > _RIGS_MOST:
            self._rigs.popitem(last=False)
        uri = URL(where.uri)
        if not rig.ptz:
            device = path_of(uri.raw_path) if uri.raw_path.strip("/") else DEVICE_SERVICE
            answer = await line.call("devicemgmt", device, "GetCapabilities", Category="All")
            rig.media, rig.ptz = _xaddr(answer, "Media"), _xaddr(answer, "PTZ")
        if not rig.profile:
            rig.profile = _profile(await line.call("media", rig.media, "GetProfiles"), uri.query.get("profile", ""))
        return rig


async def _obeyed(line: Line, rig: Rig, command: Command) -> tuple[KeptPreset, ...]:
    operation, parameters = _message(command)
    said = await line.call("ptz", rig.ptz, operation, ProfileToken=rig.profile, **parameters)
    if command.kind is Kind.LIST_PRESETS:
        return listed(_presets(said))
    if command.kind is Kind.STORE_PRESET:
        return stored(said, command.preset)
    return ()


def _message(command: Command) -> tuple[str, dict[str, Any]]:
    match command.kind:
        case Kind.MOVE if command.is_motion:
            return "ContinuousMove", {"Velocity": _vector(command, "Velocity"), "Timeout": MOVE}
        case Kind.MOVE:
            return "Stop", {"PanTilt": True, "Zoom": True}
        case Kind.POINT_TO:
            return "AbsoluteMove", {"Position": _vector(command, "Position")}
        case Kind.POINT_BY:
            return "RelativeMove", {"Translation": _vector(command, "Translation")}
        case Kind.RECALL_PRESET:
            return "GotoPreset", {"PresetToken": command.preset}
        case Kind.STORE_PRESET:
            return "SetPreset", {"PresetName": command.preset}
        case Kind.LIST_PRESETS:
            return "GetPresets", {}


def _vector(command: Command, kind: str) -> dict[str, dict[str, Any]]:
    return {
        "PanTilt": {"x": command.pan, "y": command.tilt, "space": _SPACES.format(axis="PanTilt", kind=kind)},
        "Zoom": {"x": command.zoom, "space": _SPACES.format(axis="Zoom", kind=kind)},
    }


def _place(position: Any) -> Pointing:
    """A status's position, when it is in the generic spaces, in which a camera is told where to look."""
    turned, zoomed = getattr(position, "PanTilt", None), getattr(position, "Zoom", None)
    spaces = (("PanTilt", getattr(turned, "space", None)), ("Zoom", getattr(zoomed, "space", None)))
    is_generic = all(not space or space == _SPACES.format(axis=axis, kind="Position") for axis, space in spaces)
    found = told(getattr(turned, "x", None), getattr(turned, "y", None), getattr(zoomed, "x", None))
    if not is_generic or found is None:
        raise Unavailable("SOURCE_AWAY", "the camera does not say where it looks, as a part of what its motors reach")
    return found


def _xaddr(answer: Any, service: str) -> str:
    address = getattr(getattr(answer, service, None), "XAddr", None)
    if address is None:
        message = f"the camera tells of no {service} service: it can't be pointed by ONVIF"
        raise FailedPrecondition("SOURCE_REFUSED", message, method="GetCapabilities")
    return path_of(address)


def _profile(answer: Any, wanted: str) -> str:
    """The token of the first profile that moves, or of the ``wanted`` one."""
    for profile in answer if isinstance(answer, list) else ():
        token = getattr(profile, "token", None)
        is_fit = isinstance(token, str) and 0 < len(token) <= _TOKEN_MOST and token.isprintable()
        if is_fit and (token == wanted or (not wanted and getattr(profile, "PTZConfiguration", None) is not None)):
            return str(token)
    message = f"the camera has no profile {wanted}" if wanted else "none of the camera's profiles moves"
    raise FailedPrecondition("SOURCE_REFUSED", message, method="GetProfiles")


def _presets(said: Any) -> Iterator[tuple[object, object]]:
    for preset in (said if isinstance(said, list) else ())[: 2 * PRESETS_MOST]:
        yield getattr(preset, "token", None), getattr(preset, "Name", None)
