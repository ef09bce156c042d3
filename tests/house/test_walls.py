"""Walls: who may import whom, and where protobuf, the environment and the clock stop."""

import pytest

from tests.house.tree import SERVICES, Source, sources

# Where protobuf is spoken: at the edges (rpc, events, neighbours: docs/decisions/0001), in the relay's announcer, in
# what the chassis signs and wraps, and in the gateway and the command, whose subject is messages themselves.
PROTOBUF = {"rpc", "events", "neighbours", "announcer"}
PURE = {"domain", "placement", "lease", "listing", "refusals", "soundness", "privacy", "takeover", "incident", "basis",
        "agency", "ring", "sdp", "h264", "rtp", "nal", "sps", "digest"}  # fmt: skip
IMPURE = ("asyncio", "time", "random", "os", "socket", "sqlalchemy", "nats", "grpc", "aiohttp", "google.protobuf")


def owner(source: Source) -> str:
    return source.path.split("/")[1]


@pytest.mark.parametrize("service", SERVICES)
def test_services_never_import_each_other(service: str) -> None:
    allowed = (f"services.{service}", "services.chassis", "services.decider")
    strangers = {
        (source.path, module)
        for source in sources(f"services/{service}")
        for module in source.imports()
        if module.startswith("services.") and not module.startswith(allowed)
    }
    assert not strangers, "services meet in proto/ and on NATS only"


@pytest.mark.parametrize(
    ("library", "allowed"), [("chassis", ("chassis",)), ("decider", ("decider", "chassis.errors"))]
)
def test_libraries_import_no_service(library: str, allowed: tuple[str, ...]) -> None:
    prefixes = tuple(f"services.{name}" for name in allowed)
    strangers = {
        (source.path, module)
        for source in sources(f"services/{library}")
        for module in source.imports()
        if module.startswith("services.") and not module.startswith((*prefixes, "services.chassis.errors"))
    } - {(source.path, "services.chassis") for source in sources(f"services/{library}")}
    assert not strangers


def test_the_platform_does_not_know_its_demo() -> None:
    assert not {s.path for s in sources("services") if any(m.split(".")[0] in {"demo", "cli"} for m in s.imports())}


def test_protobuf_stops_at_the_edges() -> None:
    inside = {
        source.path
        for source in sources(*(f"services/{name}" for name in SERVICES if name != "gateway"))
        if any(module.startswith(("kapok.", "google.protobuf")) for module in source.imports())
        and source.stem not in PROTOBUF | {"app"}
        and not source.package.endswith("/rpc")
    }
    assert not inside, "translate in rpc.py, events.py or neighbours.py"


def test_domain_modules_are_pure() -> None:
    impure = {
        (source.path, module)
        for source in sources(*(f"services/{name}" for name in SERVICES))
        if source.stem in PURE and source.package.count("/") <= 2 and "/store" not in source.package
        for module in source.imports()
        if module in IMPURE or module.startswith(tuple(f"{name}." for name in IMPURE if "." not in name))
    }
    assert not impure, "time, ids and chance are arguments"


def test_the_decider_is_pure() -> None:
    impure = {
        (source.path, module)
        for source in sources("services/decider")
        for module in source.imports()
        if module in IMPURE
    }
    assert not impure


def test_the_environment_is_read_in_one_place() -> None:
    readers = {s.path for s in sources("services") if "os.environ" in s.text or "getenv" in s.text}
    assert readers <= {"services/chassis/process.py", "services/cell/children.py"}, "settings come as arguments"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_doors(service: str) -> None:
    stems = {source.stem for source in sources(f"services/{service}") if source.package == f"services/{service}"}
    folders = {
        source.package.split("/")[2] for source in sources(f"services/{service}") if source.package.count("/") > 1
    }
    wanted = {"__main__", "app", "rpc", "events", "service"} | ({"store"} if service != "gateway" else set())
    assert wanted <= stems | folders


def test_only_app_knows_everybody() -> None:
    wrong = {
        (source.path, module)
        for source in sources(*(f"services/{name}" for name in SERVICES))
        for module in source.imports()
        if module == f"services.{owner(source)}.app" and source.stem not in {"__main__", "app"}
    }
    assert not wrong


def test_background_work_belongs_to_a_task_group() -> None:
    orphans = {
        source.path
        for source in sources("services", "cli", "demo")
        if "asyncio.create_task(" in source.text or "asyncio.ensure_future(" in source.text
    }
    assert not orphans, "use a TaskGroup or chassis.tasks.background"


def test_a_call_is_aborted_in_one_place() -> None:
    places = [s.path for s in sources("services") for line in s.text.splitlines() if "context.abort" in line]
    assert len(places) <= 2, places  # the services' edge, and the gateway's, which passes bytes on without that edge
