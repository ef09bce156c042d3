"""The environment of streams, as little of it as it starts with."""

from dataclasses import MISSING, fields

from services.chassis import settings
from services.streams.app import Settings

_HERE = {"database": "sqlite+aiosqlite:///streams.db", "listen": "unix:streams"}


def loaded(**environment: str) -> Settings:
    """As its process would read it."""
    needed = {
        f"KAPOK_{field.name.upper()}": _HERE.get(field.name, "unix:x")
        for field in fields(Settings)
        if field.default is MISSING
    }
    return settings.load(Settings, needed | environment)
