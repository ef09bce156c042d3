"""Definitions of roles: what principals can be beyond their agency's kind and tier, so that rows speak of them
(Article 14 ¶2). Read as strictly as rows are.

    role,article,holders,granted-by,sentence
    duty-officer,14.1,public-security@district emergency-command,agency,Stands at the screens of a command room.

A definition gives nothing by itself: the rows that name the role do, to those of its holders to whom it was given.
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from enum import StrEnum

from services.decider import vocabulary
from services.decider.facts import AgencyKind
from services.decider.table import Faults, lines

MOST = 64


class Grantor(StrEnum):
    """Who gives a role to a principal, and takes it back."""

    AGENCY = "agency"  # the principal's own, or its steward
    STEWARD = "steward"  # only who puts agencies of its kind on record


@dataclass(frozen=True, slots=True)
class Role:
    """One definition, its cells in canonical text. ``holders``: kinds of agency, or kinds in a tier ("kind@tier")."""

    role: str
    article: str
    holders: str
    granted_by: str
    sentence: str

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of agency whose principals may hold it."""
        return frozenset(word.partition("@")[0] for word in self.holders.split())

    def is_for(self, roles: Iterable[str]) -> bool:
        """Whether it may be held by whoever has ``roles`` by its agency's kind and tier."""
        return not set(self.holders.split()).isdisjoint(roles)


COLUMNS = tuple(f.name.replace("_", "-") for f in fields(Role))


def text(roles: Iterable[Role]) -> str:
    """The canonical CSV, which parses to these roles again; "" for none."""
    told = [",".join(astuple(role)) for role in roles]
    return "".join(f"{line}\n" for line in (",".join(COLUMNS), *told)) if told else ""


def parse(text: str) -> tuple[Role, ...]:
    """Read definitions; "" or a header alone defines none. Raises InvalidArgument for up to 20 faults, by line."""
    if not text:
        return ()
    found: dict[str, Role] = {}
    faults = Faults("roles")
    for line, cells in lines(text, COLUMNS, faults):
        if len(found) >= MOST:
            faults.add(line, "*", f"more than {MOST} roles: merge some")
        elif canonical := faults.read(line, cells, _CELLS):
            role = Role(*canonical)
            if found.setdefault(role.role, role) is not role:
                faults.add(line, "role", f"{role.role!r} is defined above: names are unique")
    faults.settle()
    return tuple(found.values())


def _name(cell: str) -> str:
    name = vocabulary.name(cell)
    if name in {*AgencyKind, vocabulary.ANY}:
        raise ValueError("no kind of agency and not any: those are every principal's own")
    return name


def _granted_by(cell: str) -> str:
    if cell not in set(Grantor):
        raise ValueError(f"{' or '.join(Grantor)}")
    return cell


_CELLS = {
    "role": _name,
    "article": vocabulary.article,
    "holders": vocabulary.words(vocabulary.ROLES, otherwise=None),
    "granted-by": _granted_by,
    "sentence": vocabulary.sentence,
}
