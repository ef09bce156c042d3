"""The settings of each process of a cell apart, as environments hold them: TCP with TLS, PostgreSQL, NATS by three."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from demo.apart.processes import mark
from services.cell.ports import HOST, pick
from services.cell.wiring import RelayPorts, Wiring
from services.chassis.settings_shown import environment

_MANY = 1_000_000


@dataclass(frozen=True)
class Place:
    """Where one replica answers: neighbours or agencies, agencies' HTTPS, probes, Prometheus."""

    port: int
    http_port: int
    probe_port: int
    metrics_port: int

    @classmethod
    def free(cls) -> "Place":
        """Somewhere."""
        return cls(*(pick(0, "service", lambda _text: None) for _ in fields(cls)))


@dataclass(frozen=True)
class WiringApart(Wiring):
    """Of processes; ``places`` are the replicas of each service, ``databases`` URLs by service."""

    places: Mapping[str, Sequence[Place]] = field(default_factory=dict)
    databases: Mapping[str, str] = field(default_factory=dict)
    is_unlimited: bool = False

    def address(self, name: str) -> str:
        """Every replica, called in turn."""
        return "ipv4:" + ",".join(f"{HOST}:{place.port}" for place in self.places[name])

    def database(self, name: str) -> str:
        """In PostgreSQL."""
        return self.databases.get(name, "")  # the gateway has none

    def environment(self, name: str, number: int) -> Mapping[str, str]:
        """Of a service's replica, counted from 0."""
        place = self.places[name][number]
        shown = self.premises.authority.service(name)
        common: dict[str, Any] = {
            "listen": f"{HOST}:{place.port}",
            "probe_listen": f"{HOST}:{place.probe_port}",
            "metrics_listen": f"{HOST}:{place.metrics_port}",
            "tls_certificate_file": shown.certificate,
            "tls_private_key_file": shown.key,
            "tls_ca_file": self.premises.authority.own.certificate,
            "bus_ca_file": self.premises.authority.own.certificate,
        }
        if name == "gateway":
            limits = {"calls_per_s": _MANY, "calls_burst": _MANY, "calls_at_once": _MANY} if self.is_unlimited else {}
            common |= {"http_listen": f"{HOST}:{place.http_port}", **limits}
            chosen: Any = replace(self.gateway(place.port), **common)
        else:
            chosen = replace(getattr(self, name)(), migrate=False, **common)
        return environment(chosen) | self._mark(f"{name}-{number + 1}")

    def relay(self, name: str, ports: RelayPorts) -> dict[str, str]:
        """Of a relay."""
        authority = str(self.premises.authority.own.certificate)
        return super().relay(name, ports) | {"KAPOK_BUS_CA_FILE": authority} | self._mark(name)

    def _mark(self, name: str) -> dict[str, str]:
        return mark(name, self.premises.layout.home)
