"""What the ledger and the logs say afterwards: every look that began has its end, the chain holds, nothing raised."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from chaos.rights import Look
from chaos.scene import ORGAN
from demo.platform import Platform
from kapok.audit.v1 import audit_service_pb2
from kapok.fact.v1 import fact_pb2
from kapok.streams.v1 import relay_pb2

Key = tuple[str, str, str, int]  # session, process, viewer, when it opened in ns
_BEGUN = "relay.viewer.opened"
_ENDED = {"relay.viewer.closed", "streams.viewer.closed"}
_RAISED = re.compile(r"Traceback \(most recent call last\):\n((?:[ \t].*\n)*)(.*)")
_EXCEPTION = re.compile(r"[\w.]+(:|$)")


class Looks:
    """Begins and ends of looks in the ordinary book, as of the last `read`."""

    def __init__(self, stage: Platform) -> None:
        self._stage = stage
        self.begun: Counter[Key] = Counter()
        self.ended: Counter[Key] = Counter()
        self.said: Counter[str] = Counter()  # why looks ended

    def read(self) -> None:
        """From the beginning: the book is small, and its end moves."""
        self.begun, self.ended, self.said = Counter(), Counter(), Counter()
        for fact in facts(self._stage):
            if fact.kind != _BEGUN and fact.kind not in _ENDED:
                continue
            viewer = relay_pb2.Viewer()
            assert fact.snapshot.Unpack(viewer), f"no viewer in {fact.kind}"
            key = (viewer.session, viewer.process, viewer.viewer, viewer.open_time.ToNanoseconds())
            (self.begun if fact.kind == _BEGUN else self.ended)[key] += 1
            if fact.kind in _ENDED:
                self.said[re.sub(r" at \d.*", "", viewer.close_reason)] += 1

    def faults(self) -> list[str]:
        """What does not match. An end without a begin is one whose begin the bus did not take in time: allowed."""
        open_still = [f"no end of the look of {key[2]} in {key[0]}" for key in self.begun if key not in self.ended]
        twice = [f"{count} begins of one look {key}" for key, count in self.begun.items() if count > 1]
        twice += [f"{count} ends of one look {key}" for key, count in self.ended.items() if count > 1]
        return open_still + twice

    def missing(self, looks: list[Look]) -> list[str]:
        """Those that saw pictures and are not on record."""
        known = {(session, viewer) for session, _, viewer, _ in self.begun}
        sessions = {session for session, _ in known}
        return [
            f"{one.kind} of {one.session} from {one.address} saw {one.bytes_seen} bytes and is not on record"
            for one in looks
            if one.bytes_seen and not ((one.session, one.address) in known if one.address else one.session in sessions)
        ]

    def figures(self) -> dict[str, object]:
        """How many looks are on record, and why they ended."""
        return {"looks_on_record": len(self.begun), "looks_ended": dict(sorted(self.said.items()))}


def facts(stage: Platform) -> Iterator[fact_pb2.Fact]:
    """The ordinary book, from its beginning."""
    request = audit_service_pb2.ListRecordsRequest(parent="books/ordinary", page_size=1000)
    for page in stage.gateway(ORGAN).pages(request):
        yield from (fact_pb2.Fact.FromString(record.fact) for record in page.records)


def verified(stage: Platform) -> list[str]:
    """What `kapok audit verify` has against the ledger; nothing when it holds."""
    told = stage.kapok("--as", ORGAN, "audit", "verify")
    return [] if told.returncode == 0 else [f"the ledger does not verify: {(told.stdout + told.stderr).strip()}"]


def raised(home: Path) -> list[str]:
    """The logs in which something was raised that nobody caught, with the last of it: where, and what."""
    logs = [*home.parent.glob(f"{home.name}.log"), *sorted((home / "logs").glob("*.log*"))]
    found = ((log.name, _RAISED.findall(log.read_text().replace("\\n", "\n"))) for log in logs)
    return [f"{name}: {len(each)} tracebacks, the last: {_told(*each[-1])}" for name, each in found if each]


def _told(frames: str, what: str) -> str:
    """The innermost of what was raised and where; of a group of exceptions, which is all frames, one in it."""
    lines = [line.strip(" \t|+-") for line in (*frames.splitlines(), what)]
    where = [line for line in lines if line.startswith("File ")]
    raised = [line for line in lines if _EXCEPTION.match(line)]
    return " ← ".join([*(line[:200] for line in raised[-1:]), *reversed(where[-2:])])
