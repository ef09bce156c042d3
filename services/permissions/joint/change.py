"""What a proposal changes, and the changes that no number of signatures makes lawful. Pure.

Level 5 is not set openly: a state secret is named by nobody but national security and its operator (Article 11). A
sealed list makes and unmakes it, of which a change has the count and the hash.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.chassis.errors import InvalidArgument, Violation
from services.decider.conditions import CLEARED
from services.decider.facts import CATEGORIES, OPERATING, SEALED_LEVEL, Action, Relation, Tier, own_roles
from services.decider.leases import BOUNDS_S, SessionClass
from services.decider.marks import MARKABLE
from services.decider.model import Request, matches
from services.decider.policy import Policy
from services.permissions.agencies.domain import ARTICLE
from services.permissions.fields import Fields
from services.permissions.genesis import ORGANS
from services.permissions.joint.sealed import Digest

MOST_CAMERAS = 10_000
_OPEN_LEVELS = range(1, SEALED_LEVEL)
_CODE = re.compile(r"[0-9]{20}")
_NAMED = 5  # wrong entries that a message names


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """What the organs sign. ``policy`` None: rows and roles stay. Levels, leases and marks that are not named stay."""

    proposal: str
    base_revision: int
    reason: str
    sign_by: datetime
    policy: Policy | None = None
    category_levels: Mapping[int, int] = field(default_factory=dict)
    camera_levels: Mapping[str, int] = field(default_factory=dict)
    sealed: Digest | None = None
    lease_seconds: Mapping[str, int] = field(default_factory=dict)
    marks: Mapping[str, bool] = field(default_factory=dict)

    @property
    def is_some(self) -> bool:
        """Whether it changes anything."""
        levels = self.category_levels or self.camera_levels or self.sealed
        return bool(self.policy or levels or self.lease_seconds or self.marks)


def refuse_unless_sound(change: PolicyChange) -> None:
    """Raise InvalidArgument with everything that is wrong with ``change``, each with its article."""
    fields = Fields()
    fields.text("reason", change.reason, most=500)
    offer = "must change something: rows, roles, levels, leases, marks or a sealed list"
    fields.claim(change.is_some, "policy_csv", offer)
    _claim_leases(fields, change.lease_seconds)
    classes = [one.value for one in MARKABLE]
    fields.claim(set(change.marks) <= set(classes), "marks", f"must be of a class of session: {', '.join(classes)}")
    fields.claim(set(change.category_levels) <= set(CATEGORIES), "category_levels", "must be place categories 1 to 13")
    offer = f"must be from 1 to {_OPEN_LEVELS[-1]}: state secrets are set by a sealed list (Articles 11, 14)"
    fields.claim(set(change.category_levels.values()) <= set(_OPEN_LEVELS), "category_levels", offer)
    codes = [code for code in change.camera_levels if not _CODE.fullmatch(code)][:_NAMED]
    fields.claim(not codes, "camera_levels", f"must be codes of 20 digits (GB/T 28181), which {codes} are not")
    fields.claim(set(change.camera_levels.values()) <= set(_OPEN_LEVELS), "camera_levels", offer)
    is_sized = len(change.camera_levels) <= MOST_CAMERAS
    fields.claim(is_sized, "camera_levels", f"must be at most {MOST_CAMERAS}: propose the rest apart")
    fields.settle()
    if change.policy is not None and (wrong := list(_lockouts(change.policy))):
        raise InvalidArgument(*wrong, reason="LOCKS_ORGANS_OUT", article=ARTICLE)


def _claim_leases(fields: Fields, seconds: Mapping[str, int]) -> None:
    classes = [one.value for one in SessionClass]
    fields.claim(set(seconds) <= set(classes), "lease_seconds", f"must be of a class of session: {', '.join(classes)}")
    for one, bounds in BOUNDS_S.items():
        offer = f"{one.value} must be from {bounds[0]} to {bounds[-1]} seconds"
        fields.claim(seconds.get(one, bounds[0]) in bounds, "lease_seconds", offer)


def refuse_unless_open(change: PolicyChange, default: Mapping[int, int]) -> None:
    """Raise InvalidArgument when it would bring state secrets down with their place category, whose level is 5."""
    if sealed := sorted(category for category in change.category_levels if default[category] == SEALED_LEVEL):
        description = (
            f"the cameras of place categories {sealed} are state secrets, which are set apart (Articles 11, 14)"
        )
        raise InvalidArgument(Violation("category_levels", description), article="Article 11")


def _lockouts(policy: Policy) -> Iterator[Violation]:
    """The three organs must go on setting levels and permissions of every open camera of the city together."""
    if not policy.rows:
        yield Violation("policy_csv", "must have rows: an empty policy denies everything")
        return
    for kind in ORGANS:
        own = " ".join(own_roles(kind, Tier.MUNICIPAL))
        # Whoever has more roles is denied what each of them is: with none and with all of them is every case.
        laden = policy.borne(" ".join((own, *(role.role for role in policy.roles))))
        if barred := sorted(
            {
                level
                for level in _OPEN_LEVELS
                for c in CATEGORIES
                for roles in {own, laden}
                if not _may_set(policy, roles, level, c)
            }
        ):
            yield Violation(
                "policy_csv",
                f"takes from municipal {kind.value} the right to set levels {barred} (action administer), which Article"
                " 14 ¶2 gives it: keep a row that allows it without conditions",
            )


def _may_set(policy: Policy, roles: str, level: int, category: int) -> bool:
    request: Request = (roles, Relation.MUNICIPAL, Action.ADMINISTER, level, category, CLEARED | OPERATING)
    matching = [row for row in policy.rows if matches(row, request)]
    return bool(matching) and all(row.is_allow for row in matching)
