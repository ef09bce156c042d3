"""The columns of a CSV of cameras: names as the API has them or in Chinese, and how a cell becomes a field and back.

A setter raises ValueError with what to send instead, and never repeats the cell: in a shifted row it may be a password.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli import names
from kapok.registry.v1 import camera_pb2
from services.chassis import errors

_NUMBER = re.compile(r"[+-]?\d{1,17}(\.\d{0,20})?([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. Without ``put`` it is output only, without ``get`` it is never written out."""

    name: str
    chinese: Sequence[str]
    put: Callable[[Any, str], None] | None = None
    get: Callable[[Any], str] | None = None
    field: str = ""  # of the API, for faults
    is_required: bool = False
    is_verbatim: bool = False  # may begin with a sign: a number, or a password, which no extract holds


def _text(name: str, *chinese: str, required: bool = False) -> Column:
    def put(camera: Any, cell: str) -> None:
        setattr(camera, name, cell)

    return Column(name, chinese, put, lambda camera: str(getattr(camera, name)), f"camera.{name}", required)


def _source(name: str, *chinese: str) -> Column:
    def put(camera: Any, cell: str) -> None:
        setattr(camera.source, name, cell)

    return Column(name, chinese, put, None, f"camera.source.{name}", is_verbatim=name == "password")


def _choice(name: str, enum: Any, prefix: str, *chinese: str, required: bool = False) -> Column:
    """A value by its word (``finance``), its name in the API, or its number."""
    known = {number: names.label(prefix, value) for value, number in enum.items() if number}
    words = {form: n for n, word in known.items() for form in (word, enum.Name(n).lower(), str(n))}

    def put(camera: Any, cell: str) -> None:
        number = words.get(cell.strip().lower())
        if number is None:
            raise ValueError(f"must be one of {', '.join(known.values())}")
        setattr(camera, name, number)

    def get(camera: Any) -> str:
        number = getattr(camera, name)
        return known.get(number, str(number) if number else "")

    return Column(name, chinese, put, get, f"camera.{name}", required)


def _degrees(name: str, owner: str, *chinese: str, required: bool = False) -> Column:
    def put(camera: Any, cell: str) -> None:
        if not _NUMBER.fullmatch(cell.strip()):
            raise ValueError("must be a number of degrees, like 113.2644")
        setattr(getattr(camera, owner) if owner else camera, name, float(cell))

    def get(camera: Any) -> str:
        holder = getattr(camera, owner) if owner else camera
        return repr(getattr(holder, name)) if owner or camera.HasField(name) else ""

    field = ".".join(part for part in ("camera", owner, name) if part)
    return Column(name, chinese, put, get, field, required, is_verbatim=True)


def _told(name: str, get: Callable[[Any], str], *chinese: str) -> Column:
    return Column(name, chinese, None, get)


def _label(name: str, enum: Any, prefix: str) -> Callable[[Any], str]:
    return _choice(name, enum, prefix).get or str


COLUMNS: Sequence[Column] = (
    _text("code", "编码", "设备编码", "摄像机编码", required=True),
    _text("system", "系统", "所属系统", required=True),
    _text("display_name", "名称", "摄像机名称", required=True),
    _text("display_name_en", "英文名称"),
    _choice("place_category", camera_pb2.PlaceCategory, "PLACE_CATEGORY_", "场所类别", required=True),
    _choice("premises", camera_pb2.Premises, "PREMISES_", "监视部位", required=True),
    _text("place", "安装位置", "安装地点", required=True),
    _degrees("latitude", "position", "纬度", required=True),
    _degrees("longitude", "position", "经度", required=True),
    _degrees("direction_degrees", "", "方向", "朝向", "朝向角度"),
    _choice("mounting", camera_pb2.Mounting, "MOUNTING_", "安装方式"),
    _text("purpose", "用途", required=True),
    _source("stream_uri", "视频流地址"),
    _source("secondary_stream_uri", "子码流地址"),
    _source("control_uri", "控制地址"),
    _source("username", "用户名"),
    _source("password", "密码"),
    _told("operator", lambda camera: str(camera.operator), "运营单位"),
    _told("security_level", lambda camera: str(camera.security_level or ""), "安全级别"),
    _told("state", _label("state", camera_pb2.LifeState, "LIFE_STATE_"), "状态"),
    _told("health", _label("health", camera_pb2.Health, "HEALTH_"), "健康状态"),
)
_BY_WORD: Mapping[str, Column] = {word: column for column in COLUMNS for word in (column.name, *column.chinese)}


def header(cells: Sequence[str]) -> list[Column]:
    """The columns that a header row names, in its order; errors.InvalidArgument names every wrong or missing one."""
    found = [_BY_WORD.get(cell.strip().lower()) for cell in cells]
    present = [column.name for column in found if column is not None]
    wrong = [f"{cell.strip()[:40]!r} is unknown" for cell, column in zip(cells, found, strict=True) if column is None]
    wrong += [f"{name} stands there twice" for name in sorted({name for name in present if present.count(name) > 1})]
    wrong += [f"{column.name} is missing" for column in COLUMNS if column.is_required and column.name not in present]
    if wrong:
        known = ", ".join(f"{column.name} ({column.chinese[0]})" for column in COLUMNS)
        raise errors.InvalidArgument(errors.Violation("columns", f"{'; '.join(wrong[:30])}. Known are {known}"))
    return [column for column in found if column is not None]
