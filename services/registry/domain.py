"""What a camera is, the names it goes by, where its pictures come from. Pure; `soundness` says which are refused."""

import math
import re
from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter

from services.chassis.errors import InvalidArgument, Violation
from services.decider.facts import CITY, DISTRICTS, SEALED_LEVEL
from services.registry.health import Health
from services.registry.kind import Kind
from services.registry.system.record import LifeState

PLACES = (CITY, *DISTRICTS)  # where a camera of this city can be registered


@dataclass(frozen=True, slots=True)
class Source:
    """Where the pictures come from. Its secrets stay out of every log line and traceback."""

    stream_uri: str
    control_uri: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    secondary_stream_uri: str = ""


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera's record, without its source.

    Degrees are WGS 84, ``direction`` is from north clockwise, ``revision`` counts its changes from 1. ``state`` is its
    system's unless it ``is_retired`` by itself; ``level`` is 0 while the policy has given none.
    """

    code: str
    system: str
    display_name: str
    display_name_en: str
    category: int
    premises: int
    place: str
    latitude: float
    longitude: float
    purpose: str
    created_at: datetime
    updated_at: datetime
    confirmed_at: datetime
    changed_by: str
    cause: str = "registered"
    direction: float | None = None
    mounting: int = 0
    level: int = 0
    state: LifeState = LifeState.PLANNED
    health: Health = Health.UNSPECIFIED
    is_pointable: bool = False
    is_retired: bool = False
    revision: int = 1

    @property
    def name(self) -> str:
        """The resource name."""
        return camera_name(self.code)

    @property
    def district(self) -> str:
        """Six digits, GB/T 2260: the code begins with them."""
        return self.code[:6]

    @property
    def operator(self) -> str:
        """``agencies/…`` that runs its system."""
        return operator_of(self.system)

    @property
    def kind(self) -> Kind:
        """What it shares with others."""
        return Kind(self.district, self.category, self.level, self.state, self.health)

    @property
    def is_sealed(self) -> bool:
        """Whether it is a state secret (Article 11)."""
        return self.level == SEALED_LEVEL

    @property
    def etag(self) -> str:
        """Changes with each change of the record or its source."""
        return f"r{self.revision}"

    def placed(self, level: int, state: LifeState) -> "Camera":
        """The same at ``level`` in ``state``. What dataclasses.replace does, at a quarter of its cost."""
        values = list(_VALUES(self))
        values[_AT["level"]], values[_AT["state"]] = level, state
        return Camera(*values)

    @property
    def texts(self) -> tuple[str, str, str]:
        """What a search for words reads."""
        return self.display_name, self.display_name_en, self.place


@dataclass(frozen=True, slots=True)
class Revision:
    """``camera`` as its record was from ``started_at`` until ``ended_at``, None for the one in force."""

    camera: Camera
    started_at: datetime
    ended_at: datetime | None


_AT = {one.name: index for index, one in enumerate(fields(Camera))}
_VALUES = attrgetter(*_AT)


@dataclass(frozen=True, slots=True)
class Deed:
    """Who changes something, in which call, and by which rule: what a fact tells beside the record."""

    principal: str
    request_id: str
    rule: str = ""
    article: str = ""

    def under(self, rule: str) -> "Deed":
        """The same by a rule of the policy."""
        return Deed(self.principal, self.request_id, rule, self.article)


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


def camera_name(code: str) -> str:
    """The resource name of the camera with this code, which begins with its district."""
    return f"districts/{code[:6]}/cameras/{code}"


def code_of(name: str) -> str:
    """The code in a camera's name; "" for a text that can't be one."""
    found = re.fullmatch(r"districts/([0-9]{6})/cameras/(\1[0-9]{14})", name)
    return found[2] if found else ""


def operator_of(system: str) -> str:
    """``agencies/x`` of ``operators/x`` or ``operators/x/systems/y``."""
    return f"agencies/{system.split('/')[1]}" if system.count("/") else ""


def is_on_earth(latitude: float, longitude: float) -> bool:
    """Whether these are finite degrees of a place in the world."""
    return math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180


def parent_district(parent: str) -> str:
    """The six digits of `districts/{district}`; errors.InvalidArgument names the districts that exist."""
    district = parent.removeprefix("districts/")
    if parent != f"districts/{district}" or district not in PLACES:
        raise InvalidArgument(Violation("parent", f"must be districts/ and one of {', '.join(PLACES)}"))
    return district
