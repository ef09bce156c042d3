"""Query parameters as the JSON tree of a request: "pageSize=5&area.latitude=23.1&area.longitude=113.2".

A repeated message is given by its parts in parallel: the n-th `area.latitude` and the n-th `area.longitude` are the
n-th point. (google.api.http leaves repeated messages out; an area in a GET needs them.)
"""

from collections.abc import Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from services.chassis import errors
from services.chassis.errors import Violation

_BOOLEANS = {"true": True, "false": False}
_TEXTUAL = ("google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask")


def tree(message: Descriptor, parameters: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What json_format.ParseDict takes for ``message``; errors.InvalidArgument names what has no place."""
    made: dict[str, Any] = {}
    violations: list[Violation] = []
    counts: dict[str, int] = {}
    for key, text in parameters:
        nth = counts[key] = counts.get(key, -1) + 1
        try:
            _put(made, _fields(message, key), text, nth)
        except ValueError as error:
            violations.append(Violation(key, str(error)))
    if violations:
        raise errors.InvalidArgument(*violations)
    return made


def _fields(message: Descriptor, key: str) -> list[FieldDescriptor]:
    """The chain of fields that ``key`` names, by JSON name or proto name."""
    chain: list[FieldDescriptor] = []
    for part in key.split("."):
        inner = chain[-1].message_type if chain else message
        known = {} if inner is None else {**inner.fields_by_camelcase_name, **inner.fields_by_name}
        if part not in known:
            raise ValueError(f"is not a field of {message.name}")
        chain.append(known[part])
    leaf = chain[-1].message_type
    if leaf is not None and leaf.full_name not in _TEXTUAL:
        raise ValueError(f"is a {leaf.name}: give its parts, as in {key}.{leaf.fields[0].json_name}=…")
    return chain


def _put(made: dict[str, Any], chain: list[FieldDescriptor], text: str, nth: int) -> None:
    *parents, leaf = chain
    is_list_above = False
    for field in parents:
        if field.is_repeated:
            is_list_above = True
            items = made.setdefault(field.json_name, [])
            if nth >= len(items):
                items.append({})
            made = items[min(nth, len(items) - 1)]
        else:
            made = made.setdefault(field.json_name, {})
    value = _value(leaf, text)
    if leaf.is_repeated:
        made.setdefault(leaf.json_name, []).append(value)
    elif nth > 0 and not is_list_above:
        raise ValueError("is given more than once")
    else:
        made[leaf.json_name] = value


def _value(field: FieldDescriptor, text: str) -> Any:
    if field.type == FieldDescriptor.TYPE_BOOL:
        if text not in _BOOLEANS:
            raise ValueError("must be true or false")
        return _BOOLEANS[text]
    return text
