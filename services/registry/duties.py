"""Duties: what an operator or a camera system owes by an article today, and what follows when it stays owed. Pure.

    record, now ──► owed ──► duties ──► findings, each with its term and the article of its consequence
    record, now ──► papers for a step of the life cycle (`lifecycle.missing_for`)

A paper counts until the moment it expires, not at it. What is dated in the future does not count yet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.registry.system.record import (
    Attestation,
    CameraSystem,
    FundingKind,
    LifeState,
    Operator,
    StaffMember,
    Work,
)

DEFAULT_DUE_DAYS = 30
STORAGE_FLOOR_DAYS = 30  # Article 21 ¶2
CHECK_TERM = timedelta(days=90)  # Article 22 says "regularly"; our reading
_NUMBERS_SHOWN = 5
# Articles 24 to 28 threaten none for these; an authority that fails them answers by Article 29.
_OF_AUTHORITIES = "Article 29 (authorities; none is named for others)"


@dataclass(frozen=True, slots=True)
class Duty:
    """What is missing or broken: the stable name of the rule, its article, and what to do, in a sentence."""

    rule: str
    article: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Rule:
    """The article it serves, the article of the legal consequence (a reference, never a judgement), days to correct."""

    article: str
    consequence: str
    due_days: int = DEFAULT_DUE_DAYS


RULES = {
    "art6-password-exclusion": Rule("Article 6 ¶3", _OF_AUTHORITIES, due_days=7),  # passwords are exposed meanwhile
    "art7-responsible-entities": Rule("Article 7", _OF_AUTHORITIES),
    "art8-acceptance": Rule("Articles 8, 10", "Article 25"),
    "art9-procedure": Rule("Article 9", _OF_AUTHORITIES),
    "art12-sign": Rule("Article 12", _OF_AUTHORITIES),
    "art13-design": Rule("Article 13", "Article 26"),
    "art13-construction": Rule("Article 13", "Article 26"),
    "art13-maintenance": Rule("Article 13", "Article 26"),
    "art16-freshness": Rule("Article 16 ¶2", _OF_AUTHORITIES),
    "art20-staff-count": Rule("Article 20", _OF_AUTHORITIES),
    "art21-monitoring-room": Rule("Article 21 ¶1", "Article 28"),
    "art21-storage": Rule("Article 21 ¶2", "Article 28", due_days=14),  # what is overwritten is lost
    "art22-check": Rule("Article 22", "Article 28"),
    "art23-training": Rule("Article 23", _OF_AUTHORITIES),
}
CONSEQUENCES = {name: rule.consequence for name, rule in RULES.items()}
DUE_DAYS = {name: rule.due_days for name, rule in RULES.items()}

_OPERATED = {LifeState.IN_SERVICE, LifeState.SUSPENDED_BY_OPERATOR, LifeState.SUSPENDED_BY_PUBLIC_SECURITY}
_STANDING = {LifeState.BUILT, LifeState.ACCEPTED, *_OPERATED}  # neither planned nor retired
_GOVERNMENT = {FundingKind.MUNICIPAL, FundingKind.DISTRICT}


def due(rule: str, raised_at: datetime) -> datetime:
    """Until when a duty of ``rule`` that was found at ``raised_at`` is to be corrected."""
    return raised_at + timedelta(days=DUE_DAYS.get(rule, DEFAULT_DUE_DAYS))


def owed_by_operator(operator: Operator) -> tuple[Duty, ...]:
    """What an operator itself owes (Article 7)."""
    if operator.responsible_entities:
        return ()
    return (_duty("art7-responsible-entities", "put on record who owns, manages or uses the places"),)


def owed(
    system: CameraSystem, now: datetime, has_finance_cameras: bool, municipal_police: frozenset[str]
) -> tuple[Duty, ...]:
    """What is missing or broken today, in the order of the articles; nothing of a planned or retired system.

    A built one owes its papers and its acceptance; only one that went in service owes what operation asks for, while
    it is suspended too: Articles 17 and 18 still use it, and it has to be in order to come back.
    ``municipal_police``: names of the agencies of municipal public security, whose training counts (Article 23).
    """
    if system.state not in _STANDING:
        return ()
    found = [*acceptance(system, now), *funding(system), *_expired(system, now)]
    if system.state in _OPERATED:
        found += service_papers(system, now, has_finance_cameras)
        found += [*_staff(system, now, municipal_police), *_monitoring_room(system), *_check(system, now)]
    order = list(RULES)
    return tuple(sorted(set(found), key=lambda duty: order.index(duty.rule)))


def acceptance(system: CameraSystem, now: datetime) -> Iterator[Duty]:
    """The certificate of the completion acceptance, of the past (Articles 8, 10)."""
    found = system.acceptance
    if not found or not found.certificate_number or not found.issuer or not _is_past(found.accepted_at, now):
        ask = "put the completion acceptance on record: number of the certificate, who accepted, when (not in future)"
        yield _duty("art8-acceptance", ask)


def funding(system: CameraSystem) -> Iterator[Duty]:
    """The procedure by which government money was spent (Article 9)."""
    if system.funding and system.funding.kind in _GOVERNMENT and not system.funding.procedure_reference:
        yield _duty("art9-procedure", "give the reference of the procedure by which government money funds it")


def qualification(system: CameraSystem, work: Work, now: datetime) -> Iterator[Duty]:
    """A qualification for ``work`` that is valid at ``now`` (Article 13). One valid one is enough."""
    known = [q.expires_at for q in system.qualifications if q.work == work and q.expires_at]
    if not known:
        yield _duty(f"art13-{work.name.lower()}", f"put the {work.name.lower()} qualification on record")
    elif max(known) <= now:
        ended = f"expired on {max(known):%Y-%m-%d}: put a valid one on record"
        yield _duty(f"art13-{work.name.lower()}", f"the {work.name.lower()} qualification {ended}")


def service_papers(system: CameraSystem, now: datetime, has_finance_cameras: bool) -> Iterator[Duty]:
    """What a system needs to be operated (Articles 6 ¶3, 12, 13, 21 ¶2)."""
    if has_finance_cameras and not _is_attested(system.password_exclusion, now):
        ask = "attest, with a photograph, that key pads are masked: it has cameras of finance places"
        yield _duty("art6-password-exclusion", ask)
    if system.is_fixed_place and not _is_attested(system.sign, now):
        yield _duty("art12-sign", "set up an obvious sign in the monitored area and attest it with a photograph")
    yield from qualification(system, Work.MAINTENANCE, now)
    if system.storage_days < STORAGE_FLOOR_DAYS and not system.storage_citation.strip():
        kept = f"recordings are kept {system.storage_days} days: keep {STORAGE_FLOOR_DAYS}, or cite the law"
        yield _duty("art21-storage", f"{kept} that says otherwise")


def is_trained(member: StaffMember, now: datetime, municipal_police: frozenset[str]) -> bool:
    """Whether ``member`` has a valid training of municipal public security; no other's word counts (Article 23)."""
    is_theirs = bool(member.training_certificate) and member.training_issuer in municipal_police
    return is_theirs and member.training_expires_at is not None and member.training_expires_at > now


def _expired(system: CameraSystem, now: datetime) -> Iterator[Duty]:
    on_record = {qualified.work for qualified in system.qualifications}
    for work in Work:
        if work in on_record:
            yield from qualification(system, work, now)


def _staff(system: CameraSystem, now: datetime, municipal_police: frozenset[str]) -> Iterator[Duty]:
    trained = {member.number for member in system.staff if is_trained(member, now, municipal_police)}
    full_time = sum(member.is_full_time for member in system.staff if member.number in trained)
    if full_time < system.required_staff_count:
        have = f"{full_time} full-time staff with valid training, {system.required_staff_count} are required"
        yield _duty("art20-staff-count", f"has {have}: assign more")
    if untrained := [member.number for member in system.staff if member.number not in trained]:
        shown = ", ".join(untrained[:_NUMBERS_SHOWN]) + (", …" if len(untrained) > _NUMBERS_SHOWN else "")
        ask = "send them to a training of municipal public security; an own attestation does not count"
        yield _duty("art23-training", f"{len(untrained)} of its staff have no valid training ({shown}): {ask}")


def _monitoring_room(system: CameraSystem) -> Iterator[Duty]:
    if system.has_monitoring_room and not system.staff:
        yield _duty("art21-monitoring-room", "has a monitoring room and no staff: assign personnel for it")


def _check(system: CameraSystem, now: datetime) -> Iterator[Duty]:
    dated = [(check.checked_at, check) for check in system.checks if check.checked_at and check.checked_at <= now]
    checked_at, last = max(dated, key=lambda pair: pair[0], default=(None, None))
    if checked_at is None or now - checked_at > CHECK_TERM:
        since = f"last checked on {checked_at:%Y-%m-%d}" if checked_at else "never checked"
        ask = f"check front end, transmission and storage, every {CHECK_TERM.days} days at least"
        yield _duty("art22-check", f"{since}: {ask}")
    elif last and not last.is_good:
        parts = {"front end": last.front_end_ok, "transmission": last.transmission_ok, "storage": last.storage_ok}
        faulty = ", ".join(part for part, is_good in parts.items() if not is_good)
        yield _duty("art22-check", f"the check of {checked_at:%Y-%m-%d} found faults ({faulty}): repair, check again")


def _is_attested(attestation: Attestation | None, now: datetime) -> bool:
    return attestation is not None and bool(attestation.photo_sha256) and _is_past(attestation.attested_at, now)


def _is_past(time: datetime | None, now: datetime) -> bool:
    return time is not None and time <= now


def _duty(rule: str, sentence: str) -> Duty:
    return Duty(rule, RULES[rule].article, sentence)
