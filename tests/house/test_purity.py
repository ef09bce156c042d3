"""Purity: what decides is a function of what it is given. Whatever touches the outside is named here, with its reason.

The rule is turned round on purpose: a new module is pure until somebody writes down why it can't be.
"""

import ast
from collections.abc import Iterator

from tests.house.tree import SERVICES, Source, sources

DOORS = {"__main__", "app", "rpc", "rest", "events", "neighbours", "store", "service", "migrations"}
USE_CASE = "a use case, split from service.py by noun; driven by a call or by a timer"
OUTSIDE = {
    "services/gateway/known.py": "remembers permissions' answers for a while",
    "services/gateway/metrics.py": "counts calls",
    "services/gateway/policy_health.py": "asks permissions each second whether a policy decides",
    "services/gateway/refusal.py": "has refusals put on record before they are answered",
    "services/gateway/overruns.py": "has what is beyond a limit put on record by its count",
    "services/registry/vault.py": "seals sources at rest with fresh nonces",
    **{
        f"services/permissions/{noun}.py": USE_CASE
        for noun in ("agencies/enrolments", "agencies/keys", "agencies/principals", "agencies/role_grants",
                     "agencies/staff", "batches", "closures", "concerns", "decisions", "editions", "joint/proposals",
                     "joint/sealed_lists", "joint/simulations", "joint/versions", "metrics", "papers/bases",
                     "papers/reviews", "policies", "policy_health", "question", "reaches", "rounds",
                     "takeovers/areas", "takeovers/changes", "takeovers/control", "takeovers/controls",
                     "takeovers/notices", "takeovers/openers", "takeovers/orders", "takeovers/reads",
                     "takeovers/regrants", "takeovers/requests", "takeovers/takings", "view")
    },
    **{
        f"services/registry/{noun}.py": USE_CASE
        for noun in ("allowed", "concerned", "enrolment", "freshness", "probing", "reclassifying", "requests", "rounds",
                     "levels", "secrecy", "signals", "systems", "watching", "within")
    },
    **{f"services/audit/{noun}.py": USE_CASE for noun in ("evidence", "metrics", "reading", "register")},
    "services/permissions/restorings.py": USE_CASE,
    "services/permissions/put_back.py": USE_CASE,
    "services/permissions/ports.py": "declares what its use cases await",
    **{
        f"services/streams/{noun}.py": USE_CASE
        for noun in ("ends", "feeds", "handover", "looks", "metrics", "oversight", "places", "restoring", "steering")
    },
    "services/streams/ports.py": "declares what its use cases await",
    "services/streams/anew.py": "asks for every session again when the policy changes",
    "services/streams/tokens.py": "draws a nonce for each token",
    **{
        f"services/streams/relay/{organ}.py": "moves bytes, waits for sockets, or keeps the time of them"
        for organ in ("announcer", "browser", "call", "connection", "control", "datagrams", "deadman", "doorkeeper",
                      "ender", "entrances", "exporter", "gate", "intake", "line", "onvif_pointing", "outlet",
                      "pointing", "port_pair", "post", "program", "reader", "record", "reporter", "roll", "server",
                      "soap", "source", "transports", "trunk", "viewer", "watch", "wire")
    },
    "services/streams/relay/settings.py": "opens certificates",
    "services/rtsp/address.py": "resolves names",
    "services/rtsp/conversation.py": "waits for a camera's answers",
    "services/registry/probe.py": "connects to cameras",
    "services/decider/engine.py": "guards that Casbin is called from one thread only",
}  # fmt: skip
IMPURE = {"aiohttp", "asyncio", "google", "grpc", "kapok", "logging", "nats", "os", "pathlib", "prometheus_client",
          "random", "secrets", "select", "shutil", "socket", "sqlalchemy", "ssl", "subprocess", "tempfile",
          "threading", "time", "uuid"}  # fmt: skip
PURE_CHASSIS = {
    "services.chassis",
    "services.chassis.errors",
    "services.chassis.page_token",
}  # its other modules are clocks, buses and databases
ASKED = {"now", "utcnow", "today", "read_text", "read_bytes", "write_text", "write_bytes"}


def impurities(source: Source) -> Iterator[str]:
    """What a module asks of the world: imports, waiting, the clock, files."""
    for module in source.imports():
        chassis = ".".join(module.split(".")[:3]) if module.startswith("services.chassis") else ""
        if module.split(".")[0] in IMPURE or (chassis and chassis not in PURE_CHASSIS):
            yield f"imports {module}"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield f"waits in line {node.lineno}"
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if (isinstance(node.func, ast.Attribute) and name in ASKED) or name in {"open", "print", "input"}:
                yield f"asks the system: {name}() in line {node.lineno}"


def is_door(source: Source) -> bool:
    parts = source.path.removesuffix(".py").removeprefix("services/").split("/")[1:]
    return bool(DOORS & {part for part in parts if part != "relay"})


def inner() -> list[Source]:
    """The modules of services, of the decider and of rtsp that are no door."""
    return [
        source
        for source in sources(*(f"services/{name}" for name in (*SERVICES, "decider", "rtsp")))
        if not is_door(source)
    ]


def test_what_decides_is_pure() -> None:
    broken = {s.path: found for s in inner() if s.path not in OUTSIDE and (found := list(impurities(s)))}
    assert not broken, "time, ids, chance and bytes are arguments; or name the module in OUTSIDE with its reason"


def test_no_module_is_excused_that_needs_no_excuse() -> None:
    needed = {source.path for source in inner() if any(impurities(source))}
    assert not OUTSIDE.keys() - needed, "it is pure now, or gone: take it out of OUTSIDE"


def test_the_decider_keeps_no_excuse_but_its_thread() -> None:
    found = {what for source in sources("services/decider") for what in impurities(source)}
    assert found <= {"imports threading"}, "a relay holds the decider too: facts in, a decision out"
