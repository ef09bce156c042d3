"""`python -m chaos.parts HOME`: a cell in parts in the foreground, until it is told to stop."""

import asyncio
import sys
from pathlib import Path

from chaos.parts.starter import up
from demo.home import DemoCity
from services.chassis import logs, process

if __name__ == "__main__":
    logs.configure()
    asyncio.run(process.serve_until_signal(up(Path(sys.argv[1]).absolute(), DemoCity(), print)))
