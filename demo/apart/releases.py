"""Two releases side by side: parts of a cell that run the tree of the release before, until they are renewed.

A part that is renewed is told to stop, as a cluster tells it; what starts in its place is of this tree. The former
release is told only the settings that it knows: others would stop it.
"""

import asyncio
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from services.cell.children import Program

_MODULES = ("gateway", "registry", "permissions", "streams", "audit", "streams.relay")
_VARIABLE = re.compile(r"^(KAPOK_[A-Z0-9_]+)", re.MULTILINE)
Known = Mapping[str, frozenset[str]]


def renew(home: Path, part: str) -> None:
    """Have ``part`` (registry-1, relay-2 …) be of this tree when it starts the next time."""
    folder = home / "renewed"
    folder.mkdir(exist_ok=True)
    (folder / part).touch()


async def known(former: Path) -> Known:
    """The variables that each module of the former release knows, by its name."""
    return dict(zip(_MODULES, await asyncio.gather(*(_asked(former, module) for module in _MODULES)), strict=True))


def chosen(program: Program, home: Path, former: Path, settings: Known) -> Program:
    """``program``, or the same of the former release while it is not renewed. The bus has one release."""
    module = program.command[-1].removeprefix("services.")
    if module not in settings or (home / "renewed" / program.name).exists():
        return program
    told = {name: value for name, value in program.environment.items() if _is_told(name, settings[module])}
    return replace(program, environment=told | _tree(former))


def _is_told(name: str, settings: frozenset[str]) -> bool:
    return not name.startswith("KAPOK_") or name in settings


async def _asked(former: Path, module: str) -> frozenset[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"services.{module}", "--print-config",
        env={"PATH": os.defpath, "LANG": "C.UTF-8", **_tree(former)},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    said, _ = await process.communicate()
    return frozenset(_VARIABLE.findall(said.decode()))


def _tree(former: Path) -> dict[str, str]:
    """Python's own: modules come from there, and not from the folder that we are started in."""
    return {"PYTHONPATH": os.pathsep.join((str(former), str(former / "proto" / "gen"))), "PYTHONSAFEPATH": "1"}
