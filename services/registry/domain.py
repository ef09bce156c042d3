"""What a camera is, the names it goes by, where its pictures come from. Pure; `soundness` says which are refused."""

import math
import re
from dataclasses import dataclass, field
from datetime import datetime

from services.chassis.errors import InvalidArgument, Violation
from services.decider.facts import CITY, DISTRICTS, SEALED_LEVEL

PLACES = (CITY, *DISTRICTS)  # where a camera of this city can be registered


@dataclass(frozen=True, slots=True)
class Source:
    """Where the pictures come from. Its secrets stay out of every log line and traceback."""

    stream_uri: str
    control_uri: str = ""
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera's record, without its source. Degrees are WGS 84; ``revision`` counts its changes from 1."""

    name: str
    code: str
    display_name: str
    display_name_en: str
    category: int
    premises: int
    place: str
    latitude: float
    longitude: float
    purpose: str
    operator: str
    acceptance_certificate: str
    created_at: datetime
    updated_at: datetime
    level: int = 0
    is_pointable: bool = False
    revision: int = 1

    @property
    def district(self) -> str:
        """Six digits, GB/T 2260."""
        return self.name.split("/")[1]

    @property
    def is_accepted(self) -> bool:
        """Whether its completion acceptance is on record (Articles 8, 10)."""
        return bool(self.acceptance_certificate)

    @property
    def is_sealed(self) -> bool:
        """Whether it is a state secret (Article 11)."""
        return self.level == SEALED_LEVEL

    @property
    def etag(self) -> str:
        """Changes with each change of the record or its source."""
        return f"r{self.revision}"


@dataclass(frozen=True, slots=True)
class Deed:
    """Who changes something, in which call, and by which rule: what a fact tells beside the record."""

    principal: str
    request_id: str
    rule: str = ""
    article: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """The parts of a GB/T 28181 code. Text: twenty digits that begin with 44 don't fit 64 bits."""

    district: str
    unit: str
    industry: str
    type: str
    network: str
    serial: str

    @classmethod
    def parse(cls, text: str) -> "Code | None":
        """The parts, or None unless ``text`` is twenty digits of ASCII."""
        parts = re.fullmatch(r"([0-9]{6})([0-9]{2})([0-9]{2})([0-9]{3})([0-9])([0-9]{6})", text)
        return cls(*parts.groups()) if parts else None


def camera_name(district: str, code: str) -> str:
    """The resource name."""
    return f"districts/{district}/cameras/{code}"


def is_camera_name(name: str) -> bool:
    """Whether ``name`` could be a camera's at all."""
    return re.fullmatch(r"districts/[0-9]{6}/cameras/[0-9]{20}", name) is not None


def is_on_earth(latitude: float, longitude: float) -> bool:
    """Whether these are finite degrees of a place in the world."""
    return math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180


def parent_district(parent: str) -> str:
    """The six digits of `districts/{district}`; errors.InvalidArgument names the districts that exist."""
    district = parent.removeprefix("districts/")
    if parent != f"districts/{district}" or district not in PLACES:
        raise InvalidArgument(Violation("parent", f"must be districts/ and one of {', '.join(PLACES)}"))
    return district
