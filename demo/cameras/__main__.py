"""``python -m demo.cameras``: starts the lenses, prints one JSON line with their ports when they listen, ends cleanly.

It ends on SIGTERM, on SIGINT, and when its parent process has gone.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path

import uvloop

from demo.cameras.app import Settings, open_lenses, orphaned


def port(text: str) -> int:
    """A TCP port, 0 for a free one."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give 0 to 65535")
    return int(text)


def settings(arguments: list[str]) -> Settings:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m demo.cameras", description=__doc__)
    parser.add_argument("--clips", type=Path, required=True, help="directory that python -m demo.clips has filled")
    parser.add_argument("--port", type=port, default=0, help="RTSP port; 0 takes a free one")
    parser.add_argument(
        "--ptz-port", type=port, default=0, help="HTTP port of the cameras that move; 0 takes a free one"
    )
    parser.add_argument("--ptz-log", type=Path, required=True, help="file to which each command is appended")
    parser.add_argument("--parent", type=int, default=os.getppid(), help="process id without which to end")
    return Settings(**vars(parser.parse_args(arguments)))


async def run(given: Settings) -> None:
    """Serve until a signal or the parent's end."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with open_lenses(given) as ports, asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(orphaned(given.parent, ended), name="parent")
        print(json.dumps(asdict(ports)), flush=True)
        await ended.wait()
        watch.cancel()


def main() -> None:
    """Run, or say in one line why not."""
    try:
        uvloop.run(run(settings(sys.argv[1:])))
    except (ValueError, OSError) as error:
        sys.exit(f"demo cameras: {error}")


if __name__ == "__main__":
    main()
