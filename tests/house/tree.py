"""The repository as the house's rules see it: its own Python files, parsed once."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("gateway", "registry", "permissions", "streams", "audit")


@dataclass(frozen=True)
class Source:
    """One of our Python files."""

    path: str  # from the root, with slashes
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.text)

    @property
    def package(self) -> str:
        """`services/streams/relay` for a file in there."""
        return self.path.rpartition("/")[0]

    @property
    def stem(self) -> str:
        return Path(self.path).stem

    def imports(self) -> Iterator[str]:
        """Every module named by an import, in full; `from a import b` gives a and a.b."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


@functools.cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def forget() -> None:
    """Let the trees go: a gigabyte of objects, through which the collector would walk in all tests after these."""
    _parsed.cache_clear()


def tracked(pattern: str | tuple[str, ...] = "") -> list[str]:
    """The files that git knows or would take, that end with ``pattern``, or with one of several."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    return sorted(path for path in set(listed) if path.endswith(pattern) and (ROOT / path).is_file())


@functools.cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Our own Python files below ``folders`` (all of them without), generated ones left out."""
    return tuple(
        Source(path, (ROOT / path).read_text())
        for path in tracked(".py")
        if not path.startswith("proto/gen/") and (not folders or path.startswith(tuple(f"{f}/" for f in folders)))
    )
