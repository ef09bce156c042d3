"""The policy: rows of CSV text, read strictly. What is not exactly understood is refused, never guessed.

    rule,article,role,relation,action,levels,categories,needs,effect,sentence

Cells that hold several words separate them by one blank; `any` stands for all; an empty `needs` needs nothing.
Rows speak of classes only, never of a single camera or principal.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields

from services.decider import roles
from services.decider.roles import Role
from services.decider.table import MAX_BYTES, Faults, lines
from services.decider.vocabulary import ROLES, cells, refusal

__all__ = ["COLUMNS", "MAX_BYTES", "MAX_ROWS", "Policy", "Row", "parse"]
MAX_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """One rule, its cells in canonical text: words sorted, ranges spelt out."""

    rule: str
    article: str
    role: str
    relation: str
    action: str
    levels: str
    categories: str
    needs: str
    effect: str
    sentence: str

    @property
    def is_allow(self) -> bool:
        return self.effect == "allow"


COLUMNS = tuple(f.name for f in fields(Row))


@dataclass(frozen=True, slots=True)
class Policy:
    """Rows in the order of their file, and the roles that they speak of beside kinds of agency and tiers.

    Without rows everything is denied.
    """

    rows: tuple[Row, ...]
    roles: tuple[Role, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 in hex over the canonical texts: two files that mean the same have the same digest."""
        return hashlib.sha256((self.text + self.roles_text).encode()).hexdigest()

    @property
    def text(self) -> str:
        """The canonical CSV of the rows, which parses to them again."""
        return "".join(f"{','.join(cells)}\n" for cells in (COLUMNS, *(astuple(row) for row in self.rows)))

    @property
    def roles_text(self) -> str:
        """The canonical CSV of the roles; "" when there are none."""
        return roles.text(self.roles)

    def borne(self, role_text: str) -> str:
        """Of all roles that a principal says it has those that it bears by this policy: its kind, its kind in its tier,
        and what is defined for these. A role that is not defined, or for others, is none.
        """
        said = role_text.split()
        own = [word for word in said if word in ROLES]
        defined = [role.role for role in self.roles if role.role in said and role.is_for(own)]
        return " ".join(sorted((*own, *defined)))


def parse(text: str, roles_text: str = "") -> Policy:
    """Read a policy. Raises InvalidArgument that names line, column and what is allowed there, for up to 20 faults."""
    defined = {role.role: role for role in roles.parse(roles_text)}
    readers = cells(defined)
    found: dict[str, Row] = {}
    faults = Faults("policy")
    numbers: dict[str, int] = {}
    for line, raw in lines(text, COLUMNS, faults):
        if len(found) >= MAX_ROWS:
            faults.add(line, "*", f"more than {MAX_ROWS} rows: merge some")
        elif canonical := faults.read(line, raw, readers):
            row = Row(*canonical)
            if numbers.setdefault(row.rule, line) != line:
                faults.add(line, "rule", f"{row.rule!r} is taken by line {numbers[row.rule]}: names are unique")
            elif unlawful := _unlawful(row, defined):
                faults.add(line, *unlawful)
            found.setdefault(row.rule, row)
    faults.settle()
    return Policy(tuple(found.values()), tuple(defined.values()))


def _unlawful(row: Row, defined: Mapping[str, Role]) -> tuple[str, str] | None:
    """Column and reason why no number of signatures makes the row lawful."""
    if not row.is_allow:
        return None
    named = row.role.split()
    kinds = (defined[word].kinds if word in defined else {word.partition("@")[0]} for word in named)
    return refusal(frozenset().union(*kinds), row.relation, row.action, row.levels)
