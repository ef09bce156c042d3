"""``python -m demo.clips DIR``: builds the demo clips that are missing or out of date, on every core, and says so."""

import argparse
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from demo.clips.build import SCENES, build, stale
from demo.clips.stage import LOOP_S


def main(arguments: list[str]) -> None:
    """Build into the directory given; a clip that stands is not built again."""
    parser = argparse.ArgumentParser(prog="python -m demo.clips", description=__doc__)
    parser.add_argument("directory", type=Path, help="where the clips are kept; made when missing")
    directory: Path = parser.parse_args(arguments).directory
    directory.mkdir(parents=True, exist_ok=True)
    wanted = stale(directory)
    if not wanted:
        print(f"demo clips: {len(SCENES)} up to date in {directory}")
        return
    print(f"demo clips: drawing and coding {', '.join(wanted)} ({LOOP_S} s each)", flush=True)
    began = time.monotonic()
    # Processes, because painting holds the interpreter; spawned, because a forked copy of a codec's threads hangs.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        for done in as_completed(pool.submit(build, title, directory) for title in wanted):
            print(f"demo clips: {done.result()}", flush=True)
    print(f"demo clips: done in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
