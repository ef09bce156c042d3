"""The first policy of a cell, as the three organs of Article 14 ¶2 sign it: rows, agencies, principals, levels.

Without one permissions denies everything. ``policy.csv`` beside this file holds the rows that the demo's organs sign.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.decider.facts import CATEGORIES, LEVELS, AgencyKind
from services.decider.policy import Policy
from services.permissions.agencies.domain import Account, Agency, check_account, check_agency, check_roles
from services.permissions.fields import Fields

PURPOSE = "kapok.permissions.genesis"
ORGANS = (AgencyKind.PUBLIC_SECURITY, AgencyKind.INFORMATION_TECHNOLOGY, AgencyKind.NATIONAL_SECURITY)
MAX_BYTES = 64 << 20
_CODE = re.compile(r"[0-9]{20}")


@dataclass(frozen=True, slots=True)
class Genesis:
    """``category_levels``: place category → level; ``camera_levels``: 20-digit code → level, where it differs."""

    policy: Policy
    agencies: tuple[Agency, ...]
    accounts: tuple[Account, ...]
    category_levels: Mapping[int, int]
    camera_levels: Mapping[str, int]


def check(genesis: Genesis) -> None:
    """Raise InvalidArgument unless every part can be put in force; nothing is guessed or left out."""
    for agency in genesis.agencies:
        check_agency(agency)
    for account in genesis.accounts:
        check_account(account)
    fields = Fields()
    fields.claim(bool(genesis.policy.rows), "policy_csv", "must have rows: an empty policy denies everything")
    names = [agency.name for agency in genesis.agencies]
    fields.claim(bool(names) and not _twice(names), "agencies", f"must be there, each once: {_twice(names)}")
    people = [account.name for account in genesis.accounts]
    fields.claim(bool(people) and not _twice(people), "principals", f"must be there, each once: {_twice(people)}")
    homeless = [account.name for account in genesis.accounts if account.agency not in set(names)]
    fields.claim(not homeless, "principals.agency", f"must be one of agencies: {homeless[:5]}")
    prints = _twice(print_ for account in genesis.accounts for print_ in account.certificates)
    fields.claim(not prints, "principals.certificate_sha256", f"belongs to one principal only: {prints}")
    is_whole = set(genesis.category_levels) == set(CATEGORIES) and set(genesis.category_levels.values()) <= set(LEVELS)
    fields.claim(is_whole, "category_levels", "must give each of the 13 place categories a level from 1 to 5")
    are_codes = all(_CODE.fullmatch(code) for code in genesis.camera_levels)
    fields.claim(are_codes, "camera_levels", "keys must be codes of 20 digits (GB/T 28181)")
    are_levels = set(genesis.camera_levels.values()) <= set(LEVELS)
    fields.claim(are_levels, "camera_levels", "levels must be from 1 to 5 (Article 14)")
    fields.settle()
    homes = {agency.name: agency for agency in genesis.agencies}
    for account in genesis.accounts:
        check_roles(account.roles, "principals.roles", homes[account.agency], genesis.policy)


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1][:5]
