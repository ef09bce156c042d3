"""A crowd in a process of its own, so that reading pictures takes no time from whoever measures.

`python -m bench.crowd_away COUNT` reads a URL, says `all watch` once every viewer has pictures, then `first ended`
and `all ended`, each with the machine's monotonic seconds before it.
"""

import sys
import time
from collections.abc import Callable

from bench.crowd import Crowd

_LOOK_S = 0.005


def main() -> None:
    """Watch until everybody was ended."""
    crowd = Crowd(int(sys.argv[1]))
    crowd.join(sys.stdin.readline().strip())
    _await("all watch", lambda: len(crowd.last_byte_at_s) == crowd.count)
    if crowd.refusals:
        print(f"tries that failed and were tried again: {dict(crowd.refusals)}", file=sys.stderr)
    _await("first ended", lambda: bool(crowd.ended_at_s))
    _await("all ended", lambda: len(crowd.ended_at_s) == crowd.count)


def _await(what: str, holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(_LOOK_S)
    print(f"{time.monotonic()} {what}", flush=True)


if __name__ == "__main__":
    main()
