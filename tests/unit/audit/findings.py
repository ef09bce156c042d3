"""Findings as these tests speak of them: one missing sign, told and told again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.audit.finding import Finding, FindingChange, Owed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SYSTEM = "operators/metro/systems/line-3"
SIGN = Owed(
    SYSTEM, "art12-sign", "Article 12", "no sign is attested: put one up", "agencies/metro", ("440104",), 0,
    "Article 24", NOON + timedelta(days=30),
)  # fmt: skip


def at(minutes: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(minutes=minutes)


def raised(minutes: float, **other: Any) -> FindingChange:
    """The sign is missing."""
    return FindingChange(replace(SIGN, **other), True, at(minutes))


def resolved(minutes: float, **other: Any) -> FindingChange:
    """The sign is there."""
    return FindingChange(replace(SIGN, **other), False, at(minutes))


def found(minutes: float = 0, **other: Any) -> Finding:
    """An open finding."""
    return Finding(replace(SIGN, **other), at(minutes), None, at(minutes))
