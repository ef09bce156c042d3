"""Where a running home is found: endpoints.json for programs, the ready block for people."""

import dataclasses
import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.cell.layout import Layout, write_private


@dataclass(frozen=True)
class Access:
    """How to call as one principal: PEM files; ``agency`` is agencies/{agency}, ``kind`` one of the seven."""

    certificate: str
    key: str
    agency: str
    kind: str


@dataclass(frozen=True)
class Endpoints:
    """``grpc`` is host:port with mTLS, the others are URLs; ``principals`` by id; paths are absolute."""

    grpc: str
    http: str
    rtsp: str
    metrics: str
    ca: str
    ledger_public_key: str
    principals: Mapping[str, Access]
    audience: str = ""  # of tokens of persons


@contextmanager
def published(endpoints: Endpoints, layout: Layout) -> Iterator[None]:
    """endpoints.json lies in the home while inside, whole at every moment."""
    write_private(layout.endpoints, json.dumps(dataclasses.asdict(endpoints), indent=2).encode())
    try:
        yield
    finally:
        layout.endpoints.unlink(missing_ok=True)


def ready_block(endpoints: Endpoints, home: Path, to_watch: str = "") -> str:
    """What a person reads when the cell is ready; ``to_watch`` is a camera worth a first look."""
    where = "" if home == Path("home") else f" --home {shlex.quote(str(home))}"
    who = next((one for one in endpoints.principals if one.startswith("police-")), "")
    kapok = f"kapok{where}" + (f" --as {who}" if who else "")
    lines = [
        "",
        "Kapok is ready.",
        f"  gRPC          {endpoints.grpc}  (mTLS, reflection and health on)",
        f"  HTTP          {endpoints.http}",
        f"  RTSP          {endpoints.rtsp}",
        f"  metrics       {endpoints.metrics}",
        f"  certificates  {Path(endpoints.ca).parent}",
        "Try next, in another terminal:",
        f"  {kapok} cameras list",
        f"  {kapok} watch {to_watch or 'CAMERA'}",
        f"  {kapok} audit verify",
        "Ctrl-C stops it.",
    ]
    return "\n".join(lines)
