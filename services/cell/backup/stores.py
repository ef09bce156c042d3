"""Where a cell keeps what a backup takes: `stores.json`, which a home writes for itself, a cluster's operator by hand.

{"databases": {"registry": "postgresql+asyncpg://…", "permissions": …, "streams": …, "audit": …},
 "bus": {"url": "tls://…", "seed_file": "…/setup/bus.nkey", "ca_file": "…/ca.pem"}}
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import URL

from services.cell.keys import Keys
from services.cell.layout import Layout, write_private
from services.cell.rights import SETUP
from services.chassis import errors

SERVICES = ("registry", "permissions", "streams", "audit")


@dataclass(frozen=True)
class BusAccess:
    """How the bus is reached as its user setup; ``ca_file`` is empty without TLS."""

    url: str
    seed_file: str
    ca_file: str = ""


@dataclass(frozen=True)
class Stores:
    """URLs of the databases by service, as services are told them; the bus, while it runs."""

    databases: Mapping[str, str]
    bus: BusAccess | None = None

    @classmethod
    def of_home(cls, layout: Layout) -> "Stores":
        """A home's: SQLite files. Its bus is known while it runs."""
        return cls({name: str(URL.create("sqlite+aiosqlite", database=str(file(layout, name)))) for name in SERVICES})

    @classmethod
    def read(cls, path: Path) -> "Stores":
        """As `write` left it; errors.FailedPrecondition says what is wrong with it."""
        try:
            told = json.loads(path.read_text())
            databases = {name: str(told["databases"][name]) for name in SERVICES}
            return cls(databases, BusAccess(**told["bus"]) if told.get("bus") else None)
        except OSError as gone:
            message = f"{path}: {gone.strerror}. A running cell at home has it; of a cluster it names the databases"
            raise errors.FailedPrecondition("STATE_WRONG", message) from gone
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            message = f'{path} must be {{"databases": {{each of {", ".join(SERVICES)}: URL}}, "bus": …}}: {wrong!r}'
            raise errors.FailedPrecondition("STATE_WRONG", message) from wrong

    def write(self, path: Path) -> None:
        """For the cell's owner alone: passwords are in it."""
        told = {"databases": dict(self.databases), "bus": asdict(self.bus) if self.bus else None}
        write_private(path, json.dumps(told, indent=2).encode())


def note(layout: Layout) -> Path:
    """Where the running cell of a home says it."""
    return layout.home / "stores.json"


def file(layout: Layout, service: str) -> Path:
    """The database of a service at home."""
    return layout.data / f"{service}.db"


@contextmanager
def told(layout: Layout, keys: Keys, stores: Stores, url: str, ca_file: str = "") -> Iterator[None]:
    """Say it, with the bus at ``url``, for as long as the cell runs."""
    access = BusAccess(url, str(keys.bus_seed(SETUP.name)), ca_file)
    Stores(stores.databases, access).write(note(layout))
    try:
        yield
    finally:
        note(layout).unlink(missing_ok=True)
