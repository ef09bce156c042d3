"""Facts, as the ledger takes them in and reads them: what is recorded, and what a record says of a use."""

from services.audit.events.facts import LEFT_OUT, UnreadableFactError, consume_forever, read_fact, refusal_entry
from services.audit.events.traces import trace_told
from services.audit.events.uses import look_entry, use_told

__all__ = [
    "LEFT_OUT",
    "UnreadableFactError",
    "consume_forever",
    "look_entry",
    "read_fact",
    "refusal_entry",
    "trace_told",
    "use_told",
]
