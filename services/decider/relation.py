"""How a principal stands to a camera, and from whom a camera is hidden."""

from typing import Protocol

from services.decider.facts import CITY, DISTRICTS, SEALED_LEVEL, AgencyKind, Camera, Principal, Relation, Tier

_CITY = frozenset({CITY, *DISTRICTS})


def relation(principal: Principal, camera: Camera) -> Relation:
    """Own before district before municipal; a district agency reaches its own district only (Articles 4, 5)."""
    if principal.agency == camera.operator:
        return Relation.OWN
    if principal.tier is Tier.DISTRICT:
        return Relation.DISTRICT if principal.jurisdiction == camera.district else Relation.OTHER
    return Relation.MUNICIPAL if camera.district in _CITY else Relation.OTHER


class Somebody(Protocol):
    """Who acts for an agency, or did: a principal, a takeover."""

    @property
    def agency(self) -> str: ...

    @property
    def kind(self) -> AgencyKind: ...


def is_hidden(somebody: Somebody, camera: Camera) -> bool:
    """Whether even the camera's existence is a secret to them (Article 11): answer as if it had no such name.

    Not a matter of policy: no row can lift it, since rows that try are refused when the policy is read. A camera that
    no policy has given a level yet (0) may become one: it stays closed until then (Article 14 ¶2).
    """
    return (
        not 0 < camera.level < SEALED_LEVEL
        and somebody.kind is not AgencyKind.NATIONAL_SECURITY
        and somebody.agency != camera.operator
    )
