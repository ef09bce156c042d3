"""`python -m bench.registry.exported URL`: stream the whole city out, in a process of its own, and tell its memory."""

import asyncio
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from bench.registry.stage import POLICE, opened
from services.registry.listing import Filter
from services.registry.rpc import messages


async def _export(url: str) -> dict[str, float]:
    async with opened(url) as stage:
        started_s, count = time.perf_counter(), 0
        async for cameras in stage.registry.export(POLICE, Filter()):
            count += sum(len(messages.camera(one).SerializeToString()) > 0 for one in cameras)
        return {"cameras": count, "seconds": time.perf_counter() - started_s, "rss_mb": _peak_mb()}


def _peak_mb() -> float:
    """Of this very program: what getrusage tells goes back to before exec, to the process that started it."""
    [kilobytes] = re.findall(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(kilobytes) / 1024


def exported(url: str) -> dict[str, float]:
    """What the process told."""
    command = (sys.executable, "-m", "bench.registry.exported", url)
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(told.stdout)
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_export(sys.argv[1]))))
