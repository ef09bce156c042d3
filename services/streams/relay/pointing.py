"""The driver for cameras that take their commands as JSON over HTTP: one POST each, with the epoch in a header.

{"pan", "tilt", "zoom", "seconds"}     go on at these velocities, at most so long
{"to": {"pan", "tilt", "zoom"}}        look there; {"by": …} so much further
GET …                                  where it looks: {"parts": {"pan", "tilt", "zoom"}}, as parts of the range
{"recall": token}, {"store": name}     presets; GET …/presets lists them as [{"token", "name"}]
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yarl import URL

from services.chassis.errors import Unavailable
from services.streams.commands import Command, Kind
from services.streams.pointings import Pointing, told
from services.streams.relay.control import Turn
from services.streams.relay.helm import ControlAddress
from services.streams.relay.post import Answer, Letter, Post, accepted
from services.streams.relay.presets import PRESETS_MOST, KeptPreset, listed, stored

EPOCH_HEADER = "Kapok-Epoch"
MOVE_S = 2  # after which a camera stops by itself, should nobody be left to tell it


@dataclass(frozen=True)
class HttpPointing:
    """Speaks to cameras whose control address begins with ``http``."""

    post: Post

    async def obey(self, where: ControlAddress, command: Command, turn: Turn) -> tuple[KeptPreset, ...]:
        """One POST, or one GET for the list of presets."""
        headers = {EPOCH_HEADER: str(turn.epoch), "Content-Type": "application/json"}
        path_qs = URL(where.uri).raw_path_qs
        if command.kind is Kind.LIST_PRESETS:
            letter = Letter(where, f"{path_qs}/presets", headers=headers, method="GET", is_command=False)
            return listed(_presets(accepted(await self.post.send(letter, turn))))
        letter = Letter(where, path_qs, json.dumps(_body(command)).encode(), headers)
        answer = accepted(await self.post.send(letter, turn))
        if command.kind is Kind.STORE_PRESET:
            return stored(_read(answer, dict).get("token"), command.preset)
        return ()

    async def look(self, where: ControlAddress, turn: Turn) -> Pointing:
        """One GET."""
        letter = Letter(where, URL(where.uri).raw_path_qs, method="GET", is_command=False)
        parts = _read(accepted(await self.post.send(letter, turn)), dict).get("parts")
        found = told(*(parts.get(axis) for axis in ("pan", "tilt", "zoom"))) if isinstance(parts, dict) else None
        if found is None:
            raise Unavailable("SOURCE_AWAY", "the camera does not say where it looks")
        return found


def _body(command: Command) -> dict[str, Any]:
    axes = {"pan": command.pan, "tilt": command.tilt, "zoom": command.zoom}
    bodies: dict[Kind, dict[str, Any]] = {
        Kind.MOVE: axes | ({"seconds": MOVE_S} if command.is_motion else {}),
        Kind.POINT_TO: {"to": axes},
        Kind.POINT_BY: {"by": axes},
        Kind.RECALL_PRESET: {"recall": command.preset},
        Kind.STORE_PRESET: {"store": command.preset},
    }
    return bodies[command.kind]


def _presets(answer: Answer) -> Iterator[tuple[object, object]]:
    for one in _read(answer, list)[: 2 * PRESETS_MOST]:
        if isinstance(one, dict):
            yield one.get("token"), one.get("name")


def _read(answer: Answer, kind: type[Any]) -> Any:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, kind):
        raise Unavailable("SOURCE_AWAY", "the camera's answer can't be read")
    return said
