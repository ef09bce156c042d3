"""`python -m demo.apart --home HOME --postgresql URL`: a cell apart in the foreground, until it is told to stop."""

import argparse
import asyncio
from pathlib import Path

from demo.apart.starter import REPLICAS, Wish, up
from demo.home import DemoCity
from services.cell.backup.stores import Stores
from services.chassis import logs, process


def main() -> None:
    """Run until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--postgresql", required=True, help="URL of the owner of a PostgreSQL server")
    parser.add_argument("--relays", type=int, default=2)
    parser.add_argument("--single", action="store_true", help="one replica of each service")
    parser.add_argument("--unlimited", action="store_true", help="a principal may call as often as it likes")
    parser.add_argument("--stores", type=Path, help="JSON as in stores.json: databases that are there already")
    parser.add_argument("--former", type=Path, help="tree of the release before: parts run it until they are renewed")
    chosen = parser.parse_args()
    logs.configure()
    replicas = dict.fromkeys(REPLICAS, 1) if chosen.single else REPLICAS
    found = Stores.read(chosen.stores).databases if chosen.stores else {}
    wish = Wish(
        chosen.home.absolute(), chosen.postgresql, replicas, chosen.relays, chosen.unlimited, found, chosen.former
    )  # fmt: skip
    asyncio.run(process.serve_until_signal(up(wish, DemoCity(), print), lambda _ready: print("ready", flush=True)))


if __name__ == "__main__":
    main()
