"""The Casbin model: Casbin is the language of the policy and the engine that decides.

Only our own functions on scalars appear in the matcher: no role links (unknown names would stay for ever, depth is cut
silently), no eval (it would run methods), no operator inside a literal (Casbin rewrites it there too), and every
clause reads the row, so that an empty policy matches nothing.
"""

from functools import lru_cache

from services.decider.conditions import CONDITIONS
from services.decider.policy import Row
from services.decider.vocabulary import ANY

# A request: role text, relation, action, level, category, condition bits. It is the memo's key as it stands, so that
# nothing which a row or the matcher reads can be missing from the key.
Request = tuple[str, str, str, int, int, int]
REQUEST = ("roles", "relation", "action", "level", "category", "conditions")
ROW = ("rule", "role", "relation", "action", "levels", "categories", "needs", "eft")

TEXT = f"""
[request_definition]
r = {", ".join(REQUEST)}

[policy_definition]
p = {", ".join(ROW)}

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = held(r.roles, p.role) && among(r.relation, p.relation) && among(r.action, p.action) \
&& within(r.level, p.levels) && within(r.category, p.categories) && met(r.conditions, p.needs)
"""

_CELLS_KEPT = 4_096  # distinct cell texts whose reading is remembered


def held(roles: str, cell: str) -> bool:
    """Whether any of the principal's roles is one that the cell names."""
    return cell == ANY or not _words(cell).isdisjoint(_words(roles))


def among(word: str, cell: str) -> bool:
    """Whether the cell names the word."""
    return cell == ANY or word in _words(cell)


def within(number: int, cell: str) -> bool:
    """Whether the cell names the number. Compared as words of digits: never '10' <= '9'."""
    return cell == ANY or str(number) in _words(cell)


def met(bits: int, cell: str) -> bool:
    """Whether every condition that the cell needs holds."""
    needed = needs_mask(cell)
    return bits & needed == needed


FUNCTIONS = {"held": held, "among": among, "within": within, "met": met}


def matches(row: Row, request: Request) -> bool:
    """The matcher above without Casbin, for naming and explaining; a test holds the two to the same answer."""
    return not mismatches(row, request) and met(request[5], row.needs)


def mismatches(row: Row, request: Request) -> tuple[str, ...]:
    """The columns of the row in which the request's class differs; conditions aside."""
    roles, relation, action, level, category, _ = request
    agrees = (
        held(roles, row.role),
        among(relation, row.relation),
        among(action, row.action),
        within(level, row.levels),
        within(category, row.categories),
    )
    return tuple(name for name, same in zip(ROW[1:6], agrees, strict=True) if not same)


@lru_cache(maxsize=_CELLS_KEPT)
def needs_mask(cell: str) -> int:
    """The bits of a needs cell."""
    return sum(CONDITIONS[name].bit for name in cell.split())


@lru_cache(maxsize=_CELLS_KEPT)
def _words(cell: str) -> frozenset[str]:
    return frozenset(cell.split())
