"""What a backup holds: of when it is, each file with its size and SHA-256, where books ended, which keys belong to it.

Whoever reads one believes nothing: sizes and hashes are computed again, names are ours and never the manifest's.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from services.cell.layout import write_private
from services.chassis import errors

FORMAT, NAME = 1, "manifest.json"
_LARGEST = 1 << 20
_CHUNK = 1 << 20
_SECRET = re.compile(r"(?:keys|certs)/(?:[a-z0-9][a-z0-9.-]*/)?[a-z0-9][a-z0-9.-]*")


@dataclass(frozen=True)
class Dump:
    """One service's database: ``kind`` is its URL's, ``schema`` its revision."""

    kind: str
    schema: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class End:
    """Where a book ended; the hash is hexadecimal."""

    number: int
    hash: str


@dataclass(frozen=True)
class Manifest:
    """``taken`` is the cut: everything answered before it is in. ``secrets`` are SHA-256 by path below a home.

    ``holds_secrets``: they are in the backup themselves. ``genesis`` is the SHA-256 of the first policy, or empty.
    """

    taken: datetime
    release: str
    dumps: Mapping[str, Dump]
    books: Mapping[str, End]
    secrets: Mapping[str, str] = field(default_factory=dict)
    holds_secrets: bool = False
    genesis: str = ""

    def write(self, folder: Path) -> str:
        """Into ``folder``; returns the SHA-256 of the file, by which the whole backup is known."""
        told = asdict(self) | {"format": FORMAT, "taken": self.taken.isoformat()}
        content = json.dumps(told, indent=2).encode()
        write_private(folder / NAME, content)
        return hashlib.sha256(content).hexdigest()

    @classmethod
    def read(cls, folder: Path, sha256: str = "") -> "Manifest":
        """Of the backup in ``folder``; errors.FailedPrecondition when it is none, or not the one of that ``sha256``."""
        try:
            with (folder / NAME).open("rb") as file:
                content = file.read(_LARGEST)
            if sha256 and hashlib.sha256(content).hexdigest() != sha256.lower():
                raise unusable(folder, f"it is not the backup of manifest {sha256}")
            told = json.loads(content)
            if told.pop("format") != FORMAT:
                raise ValueError("another format than this release reads")
            told["taken"] = datetime.fromisoformat(told["taken"])
            told["dumps"] = {str(name): Dump(**one) for name, one in told["dumps"].items()}
            told["books"] = {str(name): End(**one) for name, one in told["books"].items()}
            found = cls(**told)
            if strange := [name for name in found.secrets if not _SECRET.fullmatch(name)]:
                raise ValueError(f"{strange[0]!r} is no key of a cell")
        except OSError as gone:
            raise unusable(folder, f"{NAME}: {gone.strerror}") from gone
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise unusable(folder, f"{NAME} can't be read: {wrong!r}") from wrong
        return found


def digest(path: Path) -> str:
    """SHA-256 of a file of any size, in hex."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def unusable(folder: Path, why: str) -> errors.FailedPrecondition:
    """The refusal of a backup."""
    return errors.FailedPrecondition("STATE_WRONG", f"{folder} can't be restored: {why}. Nothing was changed")
