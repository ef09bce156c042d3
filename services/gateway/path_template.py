"""Path templates of google.api.http: "/v1/{name=districts/*/cameras/*}:close" as a regular expression. Pure.

The grammar is that of google/api/http.proto without `**`, which our API has not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

_VARIABLE = re.compile(r"\{([a-z0-9_.]+)(?:=([^{}]+))?\}")
_SEGMENT = "[^/:]+"  # a colon begins the custom verb, so that no name may hold one


@dataclass(frozen=True)
class PathTemplate:
    """One compiled template. ``fields`` are the dotted paths of the request that the variables fill, in order."""

    text: str
    fields: tuple[str, ...]
    _pattern: re.Pattern[str]

    @classmethod
    def parse(cls, text: str) -> "PathTemplate":
        """Compile ``text``; ValueError for what the grammar above does not have."""
        if "**" in text:
            raise ValueError(f"{text}: ** is not supported")
        pattern, fields, end = "", [], 0
        for variable in _VARIABLE.finditer(text):
            fields.append(variable[1])
            pattern += _literal(text[end : variable.start()]) + f"({_wildcards(variable[2] or '*')})"
            end = variable.end()
        return cls(text, tuple(fields), re.compile(pattern + _literal(text[end:])))

    def match(self, raw_path: str) -> Mapping[str, str] | None:
        """Field → value for a percent-encoded path, or None. Values are decoded after matching: %2F adds no segment."""
        found = self._pattern.fullmatch(raw_path)
        return None if found is None else dict(zip(self.fields, map(unquote, found.groups()), strict=True))


def _wildcards(pattern: str) -> str:
    return "/".join(_SEGMENT if segment == "*" else re.escape(segment) for segment in pattern.split("/"))


def _literal(text: str) -> str:
    if set(text) & set("{}*"):
        raise ValueError(f"{text!r} is not a path of segments, variables and a verb")
    return re.escape(text)
