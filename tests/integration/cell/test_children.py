"""A cell's children live exactly as long as it needs them."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from services.cell.children import Child, Program, guard, keep, started
from services.chassis import errors
from services.chassis.tasks import background
from tests.eventually import eventually

PARENT = """
import asyncio, sys
from pathlib import Path
from services.cell.children import Program, started
async def main():
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    program = Program("sleeper", (sys.executable, "-c", code), ready="^([0-9]+)$")
    async with started(program, Path(sys.argv[1])) as child:
        print((await child.greeting())[1], flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


def python(source: str, **options: object) -> Program:
    return Program("child", (sys.executable, "-c", source), **options)  # type: ignore[arg-type] # each test names its own


async def test_a_ready_line_is_waited_for_and_everything_said_is_in_the_log(tmp_path: Path) -> None:
    program = python("print('one'); print('port 7', flush=True); import time; time.sleep(60)", ready=r"port (\d+)")
    async with started(program, tmp_path) as child:
        assert (await child.greeting())[1] == "7"
    assert (tmp_path / "child.log").read_text() == "one\nport 7\n"


async def test_a_child_that_ends_instead_of_getting_ready_is_an_error_that_names_its_log(tmp_path: Path) -> None:
    with pytest.raises(errors.Unavailable, match=r"child did not become ready; .*child\.log says more"):
        async with started(python("raise SystemExit('no licence')", ready="ready"), tmp_path):
            pass
    assert (tmp_path / "child.log").read_text() == "no licence\n"


async def test_a_child_that_stays_silent_is_given_up_and_killed(tmp_path: Path) -> None:
    silent = python("import time; time.sleep(60)", ready="ready", ready_within_s=0.2)
    before = set(psutil.Process().children())
    with pytest.raises(errors.Unavailable):
        async with started(silent, tmp_path):
            pass
    assert set(psutil.Process().children()) == before


async def test_a_child_that_ignores_the_request_to_stop_is_killed(tmp_path: Path) -> None:
    stubborn = python(
        "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)",
        ready="ready",
        stop_within_s=0.2,
    )
    async with started(stubborn, tmp_path) as child:
        pass
    await asyncio.wait_for(child.ended(), 1)


async def test_a_flood_without_line_ends_does_not_grow_memory_nor_the_log(tmp_path: Path) -> None:
    before = psutil.Process().memory_info().rss
    flood = python("import sys\nwhile True: sys.stdout.write('x' * 65536)")
    async with started(flood, tmp_path):
        log = tmp_path / "child.log"
        await eventually(lambda: (tmp_path / "child.log.1").exists())
        assert log.stat().st_size < 9 * 1024 * 1024
        assert psutil.Process().memory_info().rss - before < 200 * 1024 * 1024


async def test_the_end_of_a_guarded_child_ends_the_block_with_a_clear_error(tmp_path: Path) -> None:
    with pytest.RaisesGroup(pytest.RaisesExc(errors.Unavailable, match="child ended unexpectedly")):
        async with started(python("print('ready')", ready="ready"), tmp_path) as child, background(guard(child)):
            await asyncio.Event().wait()


async def test_a_kept_child_is_started_again_when_it_ends(tmp_path: Path) -> None:
    starts: list[Child] = []

    @asynccontextmanager
    async def start() -> AsyncIterator[Child]:
        async with started(python("print('ready')", ready="ready"), tmp_path) as child:
            starts.append(child)
            yield child

    async with background(keep(start)):
        await eventually(lambda: len(starts) >= 2)


async def test_a_terminal_interrupt_of_the_cell_is_not_one_of_its_children(tmp_path: Path) -> None:
    program = python("import os; print(os.getpgid(0), flush=True); import time; time.sleep(60)", ready=r"^(\d+)$")
    async with started(program, tmp_path) as child:
        assert int((await child.greeting())[1]) != os.getpgid(0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills children with their parent")
async def test_kill_9_of_the_cell_leaves_no_child(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    grandchild = psutil.Process(int(await parent.stdout.readline()))
    parent.send_signal(signal.SIGKILL)
    await parent.communicate()
    await eventually(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)
