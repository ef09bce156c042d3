"""What `--print-config` shows: each variable of a service, its value or default, its unit and what it is for.

Keys and seeds are files, whose names are shown and whose contents are not read. What a URL holds beside a user's name
is hidden, whoever's URL it is.
"""

import dataclasses
import re
import typing
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import NoneType
from typing import Any

from services.chassis.settings import Network, variables

HIDDEN = "***"
_USER_INFO = re.compile(r"://(?:([^:/@]*):)?[^\s]*@")  # to the last @: a password may hold one
_IN_QUERY = re.compile(r"([?&][^=&]*(?:pass|secret|token|key)[^=&]*)=[^&]*", re.IGNORECASE)
_UNITS = {
    timedelta: "seconds",
    bool: "true or false",
    Path: "file",
    Network: "CIDR",
    int: "whole number",
    float: "number",
}


def shown(kind: type[Any], environ: Mapping[str, str]) -> Iterator[str]:
    """A line for each variable of ``kind``: what is chosen, else the default, else that it is missing."""
    hints = typing.get_type_hints(kind, include_extras=True)
    for variable, field in sorted(variables(kind).items()):
        chosen = environ.get(variable)
        default = _default(field)
        origin = "set" if chosen is not None else "missing" if default is dataclasses.MISSING else "default"
        value = chosen if chosen is not None else "" if origin == "missing" else _text(default)
        about = "; ".join(filter(None, (_unit(hints[field.name]), _sentence(hints[field.name]))))
        yield f"{variable}={masked(value)}  # {origin}; {about}"


def masked(value: str) -> str:
    """``value`` without a password: of URLs only the user's name, the host and the rest are left."""
    value = _USER_INFO.sub(lambda found: f"://{found[1]}:{HIDDEN}@" if found[1] else f"://{HIDDEN}@", value)
    return _IN_QUERY.sub(rf"\1={HIDDEN}", value)


def environment(chosen: Any) -> dict[str, str]:
    """The variables that ``settings.load`` makes ``chosen`` of; nothing for what is None."""
    values = {variable: getattr(chosen, field.name) for variable, field in variables(type(chosen)).items()}
    return {variable: _text(value) for variable, value in values.items() if value is not None}


def _default(field: "dataclasses.Field[Any]") -> Any:
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default


def _text(value: Any) -> str:
    """As the environment would hold it."""
    if isinstance(value, tuple):
        return ",".join(map(_text, value))
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}"
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _unit(hint: Any) -> str:
    """By its type; nothing for text, which the sentence is about."""
    if typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    if hint in _UNITS:
        return _UNITS[hint]
    inside = [arm for arm in typing.get_args(hint) if arm not in (NoneType, ...)]
    if typing.get_origin(hint) is tuple:
        return f"{_unit(inside[0])} list, by commas".strip()
    return _unit(inside[0]) if len(inside) == 1 else ""


def _sentence(hint: Any) -> str:
    return next((one for one in getattr(hint, "__metadata__", ()) if isinstance(one, str)), "")
