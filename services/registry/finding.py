"""Findings: duties that are owed, with what is asked by when, and what changed since they were told last. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.registry import duties
from services.registry.duties import Duty
from services.registry.system import CameraSystem

FRESHNESS = "art16-freshness"
MOST_NAMED = 1000  # cameras in one finding


@dataclass(frozen=True, slots=True)
class Finding:
    """``count`` and ``cameras`` where it is about cameras; ``consequence`` is a reference, never a judgement."""

    duty: Duty
    subject: str
    operator: str
    districts: tuple[str, ...]
    due_at: datetime
    consequence: str
    is_open: bool = True
    is_sealed: bool = False
    count: int = 0
    cameras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a duty last."""

    sentence: str
    count: int
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """Who owes: an operator (``name`` operators/x) or a system, and where its cameras are."""

    name: str
    operator: str
    districts: tuple[str, ...] = ()
    is_sealed: bool = False


def stale(system: CameraSystem, count: int, term_days: int) -> Duty:
    """Basic data that is older than its term (Article 16 ¶2)."""
    sentence = f"the basic data of {count} cameras was not confirmed within {term_days} days: check and confirm it"
    return Duty(FRESHNESS, duties.RULES[FRESHNESS].article, sentence)


def news(
    subject: Subject, owed: Iterable[Duty], told: Mapping[str, Told], counts: Mapping[str, tuple[int, tuple[str, ...]]],
    now: datetime,
) -> Iterator[Finding]:  # fmt: skip
    """What is to be told now: new duties, those whose words or counts changed, and those that were met.

    ``counts`` has, by rule, how many cameras it is about and some of their names.
    """
    open_now: set[str] = set()
    for duty in owed:
        open_now.add(duty.rule)
        count, cameras = counts.get(duty.rule, (0, ()))
        before = told.get(duty.rule)
        if before is None or (before.sentence, before.count) != (duty.sentence, count):
            raised_at = before.raised_at if before else now
            yield replace(_finding(subject, duty, raised_at), count=count, cameras=cameras[:MOST_NAMED])
    for rule, before in told.items():
        if rule not in open_now:
            article = duties.RULES[rule].article if rule in duties.RULES else ""
            met = _finding(subject, Duty(rule, article, before.sentence), before.raised_at)
            yield replace(met, is_open=False)


def _finding(subject: Subject, duty: Duty, raised_at: datetime) -> Finding:
    return Finding(
        duty, subject.name, subject.operator, subject.districts, duties.due(duty.rule, raised_at),
        duties.CONSEQUENCES.get(duty.rule, ""), is_sealed=subject.is_sealed,
    )  # fmt: skip
