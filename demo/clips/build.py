"""The five scenes by name and number, and the building of one of them into its file."""

import hashlib
import time
from pathlib import Path

from demo.clip import FORMAT, fingerprint, write
from demo.clips.encoder import encode
from demo.clips.metro import Metro
from demo.clips.river import River
from demo.clips.road import Road
from demo.clips.square import Square
from demo.clips.stage import LOOP_S, Scene
from demo.clips.tunnel import Tunnel

# The order is the clips' numbers, from 1: demo.city names them by number.
SCENES: dict[str, type[Scene]] = {"road": Road, "metro": Metro, "river": River, "tunnel": Tunnel, "square": Square}


def stale(directory: Path) -> list[str]:
    """Titles of the clips that are missing from ``directory`` or were built from other sources."""
    return [title for title in SCENES if fingerprint(_path(directory, title)) != _sources()]


def build(title: str, directory: Path) -> str:
    """Build one clip; returns a line about it."""
    began, path = time.monotonic(), _path(directory, title)
    number = list(SCENES).index(title) + 1
    size = write(path, encode(number, title, SCENES[title]()), _sources())
    return f"{path.name} {size * 8 / LOOP_S / 1000:.0f} kbit/s, built in {time.monotonic() - began:.1f} s"


def _path(directory: Path, title: str) -> Path:
    return directory / f"{title}.clip"


def _sources() -> str:
    """Changes whenever anything that a clip is built from does."""
    digest = hashlib.sha256(str(FORMAT).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()
