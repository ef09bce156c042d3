"""Arrows: within a service they run down only: __main__ → app → rpc, events, neighbours, store → use cases → domain."""

import ast
import graphlib
from collections.abc import Iterator

import pytest

from tests.house.test_purity import OUTSIDE, USE_CASE
from tests.house.tree import SERVICES, Source, sources

EDGES = {"rpc", "rest", "events", "neighbours", "store", "tokens"}  # tokens: signs what events.py encodes
# Queries are functions on the transaction that the use case owns, so these three call their store by name; streams
# declares what it needs as a Protocol instead.
CALLS_ITS_STORE = {"registry", "permissions", "audit"}
LIBRARIES = ("chassis", "decider", "rtsp", "cell")


def name_of(source: Source) -> str:
    """`services.streams.relay` for services/streams/relay/__init__.py."""
    return source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def arrows(folder: str) -> Iterator[tuple[Source, Source]]:
    """Each import of a module of ``folder`` by another one of it."""
    known = {name_of(source): source for source in sources(folder) if "/migrations/" not in source.path}  # the store's
    for source in known.values():
        named = set()
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                full = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
                named |= {module if module in known else node.module for module in full.values()}
        yield from ((source, known[name]) for name in sorted(named & known.keys()) if known[name] is not source)


def layer(source: Source) -> tuple[int, str]:
    """How far down a module stands, and the name of that layer."""
    part = source.path.removesuffix(".py").split("/")[2]
    if part in {"__main__", "app"}:
        return (0 if part == "__main__" else 1), part
    if part in EDGES:
        return 2, part
    is_use_case = source.path.endswith("/service.py") or OUTSIDE.get(source.path) == USE_CASE
    return (3, "use case") if is_use_case else (4, "domain")


@pytest.mark.parametrize("service", SERVICES)
def test_arrows_run_down_only(service: str) -> None:
    up = {
        f"{source.path} ({layer(source)[1]}) → {target.path} ({layer(target)[1]})"
        for source, target in arrows(f"services/{service}")
        if "/relay/" not in source.path + target.path and layer(target)[0] < layer(source)[0]
        if not (layer(target)[1] == "store" and layer(source)[1] == "use case" and service in CALLS_ITS_STORE)
    }
    assert not up, "declare a Protocol where it is needed, and let app.py hand the other one in"


@pytest.mark.parametrize("service", SERVICES)
def test_a_store_knows_no_other_edge(service: str) -> None:
    pairs = [(source, target) for source, target in arrows(f"services/{service}") if "/relay/" not in source.path]
    beside = {
        f"{source.path} → {target.path}"
        for source, target in pairs
        if "store" in (layer(source)[1], layer(target)[1])
        and {layer(source)[0], layer(target)[0]} == {2}
        and layer(source)[1] != layer(target)[1]
    }
    assert not beside, "an edge reaches the store through a use case"


@pytest.mark.parametrize("folder", [*SERVICES, *LIBRARIES])
def test_no_module_needs_itself(folder: str) -> None:
    needs: dict[str, set[str]] = {}
    for source, target in arrows(f"services/{folder}"):
        needs.setdefault(source.path, set()).add(target.path)
    try:
        graphlib.TopologicalSorter(needs).prepare()
    except graphlib.CycleError as circle:
        pytest.fail(f"imports run in a circle: {' → '.join(circle.args[1])}; move what both need down")
