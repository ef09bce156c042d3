"""How far an import has come, in FILE.import.json: noted behind every answer, so that the next one goes on from there.

Going on too early does no harm, the API is idempotent; never too late: a line is noted when its batch is durable.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cli.bulk.faults import part_of

_FIRST_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Identity:
    """Which file goes into which cell as whom. Another one of these begins anew."""

    size: int
    mtime_ns: int
    sha256_first_mib: str
    encoding: str
    cell: str  # its ledger's public key, hex: a new platform in an old folder is another one
    principal: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything up to ``line`` is durable or told in the first ``fault_file_bytes`` of the faults' part."""

    identity: Identity
    line: int = 0
    created: int = 0
    unchanged: int = 0
    faults: int = 0
    fault_file_bytes: int = 0


def identify(path: Path, encoding: str, cell: str, principal: str) -> Identity:
    """What tells the file at ``path`` from another one, without reading it whole."""
    stat = path.stat()
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(_FIRST_BYTES)).hexdigest()
    return Identity(stat.st_size, stat.st_mtime_ns, digest, encoding, cell, principal)


def state_path(path: Path) -> Path:
    """``cameras.csv`` → ``cameras.csv.import.json``, beside it."""
    return path.with_name(f"{path.name}.import.json")


def load(path: Path, identity: Identity) -> Checkpoint:
    """What was noted about this very import; the beginning, when nothing was or it can't be read."""
    try:
        told = json.loads(state_path(path).read_bytes())
        noted = Checkpoint(**{**told, "identity": Identity(**told["identity"])})
        counts = (noted.line, noted.created, noted.unchanged, noted.faults, noted.fault_file_bytes)
        is_sound = noted.identity == identity and all(isinstance(count, int) and count >= 0 for count in counts)
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        is_sound = False
    return noted if is_sound else Checkpoint(identity)


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Note it, atomically."""
    target = state_path(path)
    fresh = part_of(target)
    fresh.write_text(json.dumps(asdict(checkpoint), indent=1))
    fresh.replace(target)


def forget(path: Path) -> None:
    """The import is done, or begins anew."""
    state_path(path).unlink(missing_ok=True)


def advanced(checkpoint: Checkpoint, line: int, created: int, unchanged: int, faults: int) -> Checkpoint:
    """``checkpoint`` behind one more batch that ends at ``line``."""
    return replace(
        checkpoint,
        line=line,
        created=checkpoint.created + created,
        unchanged=checkpoint.unchanged + unchanged,
        faults=checkpoint.faults + faults,
    )
