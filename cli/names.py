"""What people type, as the API has it: resource names, choices of the protos, places, and times. Pure.

Every function refuses with typer.BadParameter, which says what to type instead.
"""

import re
from collections.abc import Callable
from typing import Any

import typer
from google.type.latlng_pb2 import LatLng

_CODE = re.compile(r"\d{20}", re.ASCII)
_CAMERA = re.compile(r"districts/\d{6}/cameras/\d{20}", re.ASCII)
_PRESET = re.compile(r"[A-Za-z0-9._~-]{1,64}", re.ASCII)
SYSTEM = "operators/OPERATOR/systems/SYSTEM"
_SYSTEM = re.compile(r"operators/[a-z0-9][a-z0-9-]{0,62}/systems/[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}|[0-9a-f]{64}", re.ASCII)  # a SHA-256 names a key


def camera(text: str) -> str:
    """``districts/{district}/cameras/{code}`` from itself or from the 20-digit code, which begins with the district."""
    if _CODE.fullmatch(text):
        return f"districts/{text[:6]}/cameras/{text}"
    if _CAMERA.fullmatch(text):
        return text
    raise typer.BadParameter(f"{text!r} is no camera: give its 20-digit code or districts/DISTRICT/cameras/CODE")


def preset(text: str) -> str:
    """The id of a preset, as the camera tells it."""
    if _PRESET.fullmatch(text):
        return text
    raise typer.BadParameter(f"{text!r} is no preset: give the id that kapok ptz preset list shows")


def resource(collection: str) -> Callable[[str], str]:
    """A parser of ``{collection}/{id}``, which takes the id alone too."""

    def parse(text: str) -> str:
        identifier = text.removeprefix(f"{collection}/")
        if not _ID.fullmatch(identifier):
            raise typer.BadParameter(f"{text!r} is not in {collection}: give {collection}/ID, or the ID alone")
        return f"{collection}/{identifier}"

    parse.__name__ = "name"
    return parse


def review(text: str) -> str:
    """``legalBases/{id}/reviews/{agency}``."""
    basis, _, agency = text.removeprefix("legalBases/").partition("/reviews/")
    if not (_ID.fullmatch(basis) and _ID.fullmatch(agency)):
        raise typer.BadParameter(f"{text!r} is no review: give legalBases/ID/reviews/AGENCY")
    return f"legalBases/{basis}/reviews/{agency}"


def system(text: str) -> str:
    """``operators/{operator}/systems/{system}``."""
    if not _SYSTEM.fullmatch(text):
        raise typer.BadParameter(f"{text!r} is no camera system: give {SYSTEM}")
    return text


def choice(enum: Any, prefix: str) -> Callable[[str], int]:
    """A parser of a proto enum's values as people write them: ``PURPOSE_PUBLIC_ORDER`` is ``public-order``."""
    known = {label(prefix, name): number for name, number in enum.items() if number}

    def parse(text: str) -> int:
        if text not in known:
            raise typer.BadParameter(f"{text!r} is not among {', '.join(known)}")
        return int(known[text])

    parse.__name__ = "one of a list"
    return parse


def label(prefix: str, name: str) -> str:
    """A value of a proto enum as people write it."""
    return name.removeprefix(prefix).lower().replace("_", "-")


def choices(enum: Any, prefix: str) -> str:
    """The values of a proto enum, for a help text."""
    return ", ".join(label(prefix, name) for name, number in enum.items() if number)


def position(text: str) -> LatLng:
    """A place from ``23.1291,113.2644``: latitude, longitude, WGS 84 degrees."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no place: give LATITUDE,LONGITUDE in degrees") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise typer.BadParameter(f"{text!r} is outside the world: latitude is -90 to 90, longitude -180 to 180")
    return LatLng(latitude=latitude, longitude=longitude)


def area(text: str) -> list[LatLng]:
    """A polygon from its corners, separated by spaces."""
    corners = [position(corner) for corner in text.split()]
    if len(corners) < 3:
        raise typer.BadParameter("an area has three corners at least: 'LAT,LON LAT,LON LAT,LON'")
    return corners
