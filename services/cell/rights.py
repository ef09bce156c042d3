"""Who may say and hear what on the bus: the subjects of each service and relay, as data. Nobody has more than it uses.

The server enforces it, so that a stolen relay can neither keep sessions alive (heartbeats), nor forget an ending, nor
speak as another relay or service. Inboxes are _INBOX.<name>.>, so that nobody reads another's answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.bus import FACTS_STREAM

ENDINGS_BUCKET = "endings"
POLICIES_BUCKET = "policies"
BUCKETS = (ENDINGS_BUCKET, POLICIES_BUCKET)
HEARTBEAT = "kapok.v1.permissions.heartbeat"
ENDINGS = "kapok.v1.permissions.endings"
POLICIES = "kapok.v1.permissions.policies"
ANNOUNCEMENTS = "kapok.v1.relays.*.announce"
HEALTH = "kapok.v1.health.*"  # whose last word is the reporter: registry believes the subject, not the message
ORDERS = ("assign", "close", "control", "roll", "fence")  # of streams to a relay
_READ_FACTS = (
    f"$JS.API.STREAM.INFO.{FACTS_STREAM}",
    f"$JS.API.CONSUMER.INFO.{FACTS_STREAM}.audit",
    f"$JS.API.CONSUMER.DURABLE.CREATE.{FACTS_STREAM}.audit",
    f"$JS.API.CONSUMER.CREATE.{FACTS_STREAM}.audit",
    f"$JS.API.CONSUMER.CREATE.{FACTS_STREAM}.audit.>",
    f"$JS.API.CONSUMER.MSG.NEXT.{FACTS_STREAM}.audit",
    f"$JS.ACK.{FACTS_STREAM}.audit.>",
    "$JS.API.STREAM.NAMES",  # how clients find the stream of a subject
)

_READ_LOOKS = (  # what relays tell of their viewers, and no other fact: the server holds the filter to be the subject's
    f"$JS.API.CONSUMER.CREATE.{FACTS_STREAM}.streams.kapok.v1.facts.relay.>",
    f"$JS.API.CONSUMER.MSG.NEXT.{FACTS_STREAM}.streams",
    f"$JS.ACK.{FACTS_STREAM}.streams.>",
)

_READ_CLOSURES = (  # what the registry tells of cameras, likewise
    f"$JS.API.CONSUMER.CREATE.{FACTS_STREAM}.permissions.kapok.v1.facts.registry.>",
    f"$JS.API.CONSUMER.MSG.NEXT.{FACTS_STREAM}.permissions",
    f"$JS.ACK.{FACTS_STREAM}.permissions.>",
)


def _read(bucket: str) -> tuple[str, ...]:
    """How clients find a bucket and get a value."""
    return (
        f"$JS.API.STREAM.INFO.KV_{bucket}",
        f"$JS.API.STREAM.MSG.GET.KV_{bucket}",
        f"$JS.API.DIRECT.GET.KV_{bucket}",
        f"$JS.API.DIRECT.GET.KV_{bucket}.>",
    )


@dataclass(frozen=True)
class Rights:
    """One user of the bus. It always hears its own inbox; ``may_answer``: each request that it gets, once."""

    name: str
    says: Sequence[str]
    hears: Sequence[str] = ()
    may_answer: bool = False


SERVICES = (
    Rights("gateway", says=[], hears=[ENDINGS]),
    Rights("registry", says=["kapok.v1.facts.registry.>"], hears=[HEALTH]),
    Rights(
        "permissions",
        says=[
            "kapok.v1.facts.permissions.>",
            *(HEARTBEAT, ENDINGS, POLICIES),
            *_READ_CLOSURES,
            *(subject for bucket in BUCKETS for subject in (f"$KV.{bucket}.>", *_read(bucket))),
        ],
        hears=["kapok.v1.facts.registry.>"],
    ),
    Rights(
        "streams",
        says=[
            "kapok.v1.facts.streams.>",
            *(f"kapok.v1.relays.*.{order}" for order in ORDERS),
            *_READ_LOOKS,
            *_read(ENDINGS_BUCKET),
        ],
        hears=[ANNOUNCEMENTS, ENDINGS],
    ),
    Rights("audit", says=_READ_FACTS),
)
# Makes the stream of facts and the buckets before anybody else connects; sees for a backup how far the ledger has read,
# and after a restore has it read once more.
SETUP = Rights(
    "setup",
    says=[
        *("$JS.API.INFO", "$JS.API.STREAM.INFO.*", "$JS.API.STREAM.CREATE.*", "$JS.API.STREAM.UPDATE.*"),
        *(f"$JS.API.CONSUMER.{verb}.{FACTS_STREAM}.audit" for verb in ("INFO", "DELETE")),
    ],
)
# The cell itself, which waits for its relays.
CELL = Rights("cell", says=[], hears=[ANNOUNCEMENTS])


def announcements_of(relay: str) -> str:
    """Where one relay says that it is there."""
    return ANNOUNCEMENTS.replace("*", relay)


def health_of(relay: str) -> str:
    """Where one relay reports the health of its cameras."""
    return HEALTH.replace("*", relay)


def relay(name: str) -> Rights:
    """What one relay may: announce itself, report its cameras' health, tell of its own viewers, hear its own orders."""
    return Rights(
        name,
        says=[
            *(announcements_of(name), health_of(name), f"kapok.v1.facts.relay.{name}.>"),
            *(subject for bucket in BUCKETS for subject in _read(bucket)),
        ],
        hears=[HEARTBEAT, ENDINGS, POLICIES, *(f"kapok.v1.relays.{name}.{order}" for order in ORDERS)],
        may_answer=True,
    )


def leaf(name: str) -> Rights:
    """What the bus of another cell may here, over its leaf link: hold the link. What crosses it is given one by one."""
    return Rights(name, says=[])


def user(rights: Rights, public_key: str) -> dict[str, object]:
    """The server's configuration of one user."""
    permissions: dict[str, object] = {
        "publish": {"allow": list(rights.says)} if rights.says else {"deny": [">"]},
        "subscribe": {"allow": [f"_INBOX.{rights.name}.>", *rights.hears]},
    }
    if rights.may_answer:
        permissions["allow_responses"] = {"max": 1, "expires": "5s"}
    return {"nkey": public_key, "permissions": permissions}
