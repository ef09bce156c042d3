"""What a nats-server's monitoring pages say of its links to other cells' buses and of its certificates. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
_TERM = re.compile(r"(\d+(?:\.\d+)?)(ms|µs|ns|h|m|s)")


@dataclass(frozen=True, slots=True)
class Sight:
    """Of one server. ``hub_s`` and ``districts_s`` are round trips of its links to them, in seconds."""

    dials_hub: bool = False
    hub_s: tuple[float, ...] = ()
    districts_s: tuple[float, ...] = ()
    certificate_ends_at: float | None = None  # Unix time, of the first of those that it shows


def sight(varz: Mapping[str, Any], leafz: Mapping[str, Any]) -> Sight:
    """Out of the pages of those names. Raises ValueError, TypeError, KeyError or AttributeError for anything else."""
    leaf = varz.get("leaf") or {}
    links = [(bool(one["is_spoke"]), seconds(one.get("rtt") or "0s")) for one in leafz.get("leafs") or ()]
    doors = (varz, varz.get("cluster") or {}, leaf)
    ends = [datetime.fromisoformat(door["tls_cert_not_after"]) for door in doors if door.get("tls_cert_not_after")]
    return Sight(
        dials_hub=bool(leaf.get("remotes")),
        hub_s=tuple(late for is_to_hub, late in links if is_to_hub),
        districts_s=tuple(late for is_to_hub, late in links if not is_to_hub),
        certificate_ends_at=min((end.timestamp() for end in ends), default=None),
    )


def seconds(duration: str) -> float:
    """Of a duration as Go writes it: 1m2.5s, 294µs. Raises ValueError for what is none."""
    terms = list(_TERM.finditer(duration))
    if not terms or "".join(term[0] for term in terms) != duration:
        raise ValueError(f"{duration!r} is no duration")
    return sum(float(term[1]) * _UNITS[term[2]] for term in terms)
