"""The law of Guangzhou as plain predicates: what each article forbids, and what each grants to whom.

Written from the articles, not from the policy: nothing here reads a row, the model or the engine, and no row was made
from this. An article that forbids goes before all that grant; what no article grants is refused. No article speaks of
a camera's place category when it says who may do what, so a question has none.
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple

from services.decider.facts import SEALED_LEVEL, Action, AgencyKind, Relation, Tier

POLICE, SECURITY = AgencyKind.PUBLIC_SECURITY, AgencyKind.NATIONAL_SECURITY
INFORMATIZATION, SECTOR = AgencyKind.INFORMATION_TECHNOLOGY, AgencyKind.SECTOR_AUTHORITY
URBAN, COMMAND = AgencyKind.URBAN_MANAGEMENT, AgencyKind.EMERGENCY_COMMAND
DEPARTMENTS = {URBAN, COMMAND, SECTOR, INFORMATIZATION}  # the "other departments" of Article 18 ¶2
RETRIEVAL = {Action.LIVE, Action.PLAYBACK, Action.COPY}  # "retrieve, copy and view"
SHOWN = RETRIEVAL | {Action.LIVE_CHECK, Action.CONTROL, Action.TAKE_OVER}  # what needs a camera that works by right
OPEN_LEVEL = SEALED_LEVEL - 1  # the highest that is no state secret

# Up to which level the three organs of Article 14 ¶2 let each kind know the cameras in its charge, and watch them live.
KNOWN = {POLICE: OPEN_LEVEL, COMMAND: OPEN_LEVEL, URBAN: 2}
WATCHED = {POLICE: OPEN_LEVEL, COMMAND: 3, URBAN: 2}


class Life(Enum):
    """What the life of a camera's system means to those who ask (Articles 5, 8, 10)."""

    UNACCEPTED = auto()  # planned or built
    RESTING = auto()  # accepted and not yet in service, or suspended by its operator
    IN_SERVICE = auto()
    CLOSED = auto()  # suspended by public security, or retired


class Control(Enum):
    """Whose the control of the camera is, seen by who asks (Article 18)."""

    MINE = auto()
    ANOTHERS = auto()  # another agency has taken it over, or commands it under a lease that precedes
    OPERATORS = auto()  # nobody has taken it over, and it is another's camera


class Asked(NamedTuple):
    """One class of questions. Level 0: the organs have not given the camera a level yet."""

    kind: AgencyKind
    tier: Tier
    relation: Relation
    action: Action
    level: int
    is_cleared: bool
    is_suspended: bool
    has_papers: bool
    are_reviewed: bool  # the camera's operator has had its look at the papers, or asks for none
    in_incident: bool
    in_inspection: bool
    control: Control
    life: Life
    is_trained: bool
    is_on_duty: bool


def is_in_charge(asked: Asked) -> bool:
    """Articles 4, 5: the city's agencies in the city, a district's in their own district; over cameras of others."""
    return asked.relation is (Relation.MUNICIPAL if asked.tier is Tier.MUNICIPAL else Relation.DISTRICT)


def is_own(asked: Asked) -> bool:
    """It constructs, manages or uses the camera; of a level that the organs have set."""
    return asked.relation is Relation.OWN and asked.level > 0


def is_by_staff(asked: Asked) -> bool:
    """Articles 20, 23: whoever looks at or points an operator's own cameras is trained staff, and on duty."""
    return asked.is_trained and asked.is_on_duty


def is_anothers(asked: Asked) -> bool:
    return asked.relation is not Relation.OWN


def is_open(asked: Asked, highest: int = OPEN_LEVEL) -> bool:
    """The camera has a level, and none above ``highest``."""
    return 1 <= asked.level <= highest


def is_for_law_enforcement(asked: Asked) -> bool:
    """Article 18 ¶1: police, of what is no state secret, and national security; at cameras of others."""
    highest = {POLICE: OPEN_LEVEL, SECURITY: SEALED_LEVEL}.get(asked.kind, 0)
    return is_anothers(asked) and is_open(asked, highest)


def is_for_relief(asked: Asked) -> bool:
    """Article 18 ¶2: a department that a declared incident opens to, at cameras of others that it covers."""
    return asked.kind in DEPARTMENTS and asked.in_incident and is_anothers(asked) and is_open(asked)


# What is forbidden.


def article_5_closes(asked: Asked) -> bool:
    """What public security suspended and what is retired shows nobody anything live; its recordings stay."""
    return asked.life is Life.CLOSED and asked.action in SHOWN - {Action.PLAYBACK, Action.COPY}


def article_10_waits_for_acceptance(asked: Asked) -> bool:
    """Nothing is relayed, and nothing is pointed, before the acceptance check is passed."""
    return asked.life is Life.UNACCEPTED and asked.action in SHOWN


def article_11_seals(asked: Asked) -> bool:
    """A state secret exists for national security and the camera's own operator only."""
    return asked.level == SEALED_LEVEL and asked.kind is not SECURITY and is_anothers(asked)


def article_14_suspends(asked: Asked) -> bool:
    """A principal whose permission is suspended may do nothing at all."""
    return asked.is_suspended


def article_16_keeps_originals(asked: Asked) -> bool:
    return asked.action is Action.DELETE


def article_18_has_one_holder(asked: Asked) -> bool:
    """Whoever has not taken over does not point what another has taken over: the operator too; nor what another
    points, unless it runs the camera.
    """
    return asked.action is Action.CONTROL and asked.control is Control.ANOTHERS


# What is granted.


def article_5_2_informatization(asked: Asked) -> bool:
    """It plans, coordinates and integrates the systems, so it knows them."""
    knows = asked.action is Action.DESCRIBE and asked.kind is INFORMATIZATION
    return knows and is_in_charge(asked) and is_open(asked)


def article_5_3_sectors(asked: Asked) -> bool:
    """A sector's authority is responsible for systems of its sector, so it knows the cameras up to level 2."""
    return asked.action is Action.DESCRIBE and asked.kind is SECTOR and is_in_charge(asked) and is_open(asked, 2)


def article_11_security_knows(asked: Asked) -> bool:
    """National security knows every camera in its charge, state secrets too."""
    knows = asked.action is Action.DESCRIBE and asked.kind is SECURITY
    return knows and is_in_charge(asked) and is_open(asked, SEALED_LEVEL)


def article_14_1_connects(asked: Asked) -> bool:
    """Police, urban management and emergency command are connected by level and permission, without papers."""
    if not is_in_charge(asked):
        return False
    if asked.action is Action.LIVE:
        is_permitted = asked.is_cleared and asked.life is Life.IN_SERVICE
        return is_permitted and is_open(asked, WATCHED.get(asked.kind, 0))
    return asked.action is Action.DESCRIBE and is_open(asked, KNOWN.get(asked.kind, 0))


def article_14_2_organs_propose(asked: Asked) -> bool:
    """The three organs, all of the city's tier, set levels and permissions; secrets with national security alone."""
    if asked.action is not Action.ADMINISTER or asked.tier is not Tier.MUNICIPAL or not is_in_charge(asked):
        return False
    return is_open(asked, {POLICE: OPEN_LEVEL, INFORMATIZATION: OPEN_LEVEL, SECURITY: SEALED_LEVEL}.get(asked.kind, 0))


def article_16_1_views_by_procedure(asked: Asked) -> bool:
    """Who runs a system views and copies its recordings by the law's procedures, with its own trained staff."""
    return is_own(asked) and asked.action in {Action.PLAYBACK, Action.COPY} and is_by_staff(asked)


def article_16_2_keeps_basic_data(asked: Asked) -> bool:
    """Who runs a system knows its cameras, and collects, enters and updates their basic data."""
    return is_own(asked) and asked.action in {Action.DESCRIBE, Action.CONFIGURE}


def article_17_inspects(asked: Asked) -> bool:
    """Police inspect the systems in their charge, within an inspection that is open, and look at them for a minute.

    No setting of an operator is asked: neither its suspension nor its review of papers.
    """
    is_inspecting = asked.action in {Action.INSPECT, Action.LIVE_CHECK}
    inspects = is_inspecting and asked.kind is POLICE and asked.in_inspection
    return inspects and is_in_charge(asked) and is_open(asked)


def article_18_1_retrieves_and_takes_over(asked: Asked) -> bool:
    """Law enforcement retrieves, copies, views and takes over what its papers name; elsewhere it may know that too.

    An operator may have a look at the papers first (Article 19 is its right); of knowing the article says nothing.
    """
    if not asked.has_papers or not is_for_law_enforcement(asked):
        return False
    if asked.action is Action.DESCRIBE:
        return not is_in_charge(asked)
    return asked.are_reviewed and asked.action in RETRIEVAL | {Action.TAKE_OVER}


def article_18_1_points(asked: Asked) -> bool:
    """Law enforcement points what it has taken over."""
    return asked.action is Action.CONTROL and asked.control is Control.MINE and is_for_law_enforcement(asked)


def article_18_2_opens_and_commands(asked: Asked) -> bool:
    """An incident's cameras are known to its departments; emergency command takes them over and points them."""
    if not is_for_relief(asked):
        return False
    is_command = asked.kind is COMMAND
    if asked.action is Action.CONTROL:
        return is_command and asked.control is Control.MINE
    return asked.action is Action.DESCRIBE or (asked.action is Action.TAKE_OVER and is_command)


def article_18_2_retrieves(asked: Asked) -> bool:
    """Departments retrieve, copy and view; the declaration carries the letter and certificates of Article 19."""
    return asked.action in RETRIEVAL and is_for_relief(asked)


def article_20_manages(asked: Asked) -> bool:
    """Who runs a system keeps its duty and staff records, and points its cameras while control is its own."""
    if asked.action is Action.CONTROL:
        return is_own(asked) and asked.control is Control.MINE and is_by_staff(asked)
    return is_own(asked) and asked.action is Action.ADMINISTER


def article_21_watches(asked: Asked) -> bool:
    """Who runs a system monitors it in real time, by personnel assigned for that."""
    return is_own(asked) and asked.action is Action.LIVE and is_by_staff(asked)


def article_22_police_authorise(asked: Asked) -> bool:
    """Police authorise changes of place and purpose and suspend systems in their charge; never their own."""
    return asked.action is Action.SUPERVISE and asked.kind is POLICE and is_in_charge(asked) and is_open(asked)


def article_22_security_authorises(asked: Asked) -> bool:
    """National security does so too, state secrets included."""
    supervises = asked.action is Action.SUPERVISE and asked.kind is SECURITY
    return supervises and is_in_charge(asked) and is_open(asked, SEALED_LEVEL)


# What an answer cites → the article that says it of the question.
FORBIDDEN: dict[str, Callable[[Asked], bool]] = {
    "5.1 10.1": article_5_closes,
    "8 10.1 25": article_10_waits_for_acceptance,
    "11": article_11_seals,
    "14.1": article_14_suspends,
    "16.1": article_16_keeps_originals,
    "18.1 18.2": article_18_has_one_holder,
}
GRANTED: dict[str, Callable[[Asked], bool]] = {
    "5.2": article_5_2_informatization,
    "5.3": article_5_3_sectors,
    "11 18.1": article_11_security_knows,
    "14.1": article_14_1_connects,
    "14.2": article_14_2_organs_propose,
    "16.1": article_16_1_views_by_procedure,
    "16.2": article_16_2_keeps_basic_data,
    "17": article_17_inspects,
    "18.1 19": article_18_1_retrieves_and_takes_over,
    "18.1": article_18_1_points,
    "18.2": article_18_2_opens_and_commands,
    "18.2 19": article_18_2_retrieves,
    "20": article_20_manages,
    "21.1": article_21_watches,
    "5.1 22": article_22_police_authorise,
    "5.1 11 22": article_22_security_authorises,
}


def is_lawful(asked: Asked) -> bool:
    """The whole law: some article grants it and none forbids it."""
    return any(grants(asked) for grants in GRANTED.values()) and not any(bars(asked) for bars in FORBIDDEN.values())
