"""The environment of streams, as little of it as it starts with."""

from dataclasses import MISSING, fields

from services.chassis import settings
from services.streams.app import Settings


def loaded(**environment: str) -> Settings:
    """As its process would read it."""
    needed = {f"KAPOK_{field.name.upper()}": "x" for field in fields(Settings) if field.default is MISSING}
    return settings.load(Settings, needed | environment)
