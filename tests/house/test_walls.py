"""Walls: who may import whom, and where protobuf, the environment and background work stop."""

import ast
import re

import pytest

from tests.house.tree import SERVICES, Source, sources

PROTOBUF = {  # where it is spoken; chassis signs and wraps it, gateway, cli and demo have messages for a subject
    "rpc": "the gRPC face of a service",
    "events": "the NATS face of a service",
    "neighbours": "docs/decisions/0001-neighbours.md",
    "announcer": "the speaking half of the relay's events.py",
    "reporter": "the same, of its cameras' health",
}
LIBRARIES = ("decider", "rtsp")  # beside chassis, which signs and wraps protobuf
ENVIRONMENT = {
    "services/chassis/process.py": "what every __main__.py calls",
    "services/cell/children.py": "children inherit what a process needs to start",
    "services/cell/backup/postgresql.py": "what libpq reads of it, its programs read too",
}
SERVICE_MODULE = re.compile(r"kapok\.\w+\.v1(\.\w+_service_pb2(_grpc)?)?")  # an app registers servicers by name
TASK_GROUPS = {"tasks", "group", "background", "connections"}  # what a TaskGroup is called, so that a test can tell


def owner(source: Source) -> str:
    return source.path.split("/")[1]


@pytest.mark.parametrize("service", SERVICES)
def test_services_never_import_each_other(service: str) -> None:
    allowed = (f"services.{service}", "services.chassis", "services.decider", "services.rtsp")
    strangers = {
        (source.path, module)
        for source in sources(f"services/{service}")
        for module in source.imports()
        if module.startswith("services.") and not module.startswith(allowed)
    }
    assert not strangers, "services meet in proto/ and on NATS only"


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("chassis", ("chassis",)),
        ("decider", ("decider", "chassis.errors")),
        ("rtsp", ("rtsp", "chassis.errors")),
    ],
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
        for source in sources(*(f"services/{name}" for name in (*SERVICES, "cell", *LIBRARIES) if name != "gateway"))
        for module in source.imports()
        if module.startswith(("kapok.", "google.protobuf"))
        and source.stem not in PROTOBUF
        and not source.package.endswith(("/rpc", "/events"))
        and not (source.stem == "app" and SERVICE_MODULE.fullmatch(module))
    }
    assert not inside, "translate in rpc.py, events.py or neighbours.py"


def test_the_environment_is_read_in_one_place() -> None:
    words = {"os.environ", "os.environb", "os.getenv"}
    readers = {
        source.path
        for source in sources("services")
        if words & set(source.imports())
        or any(ast.unparse(node) in words for node in ast.walk(source.tree) if isinstance(node, ast.Attribute))
    }
    assert readers <= ENVIRONMENT.keys(), "settings come as arguments"


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
        f"{source.path}:{node.lineno}"
        for source in sources("services", "cli", "demo", "bench")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        for maker, _, word in [ast.unparse(node.func).rpartition(".")]
        if word == "ensure_future" or (word == "create_task" and maker.rpartition(".")[2].strip("_") not in TASK_GROUPS)
    }
    assert not orphans, f"use a TaskGroup, called one of {sorted(TASK_GROUPS)}, or chassis.tasks.background"


def test_a_call_is_aborted_in_one_place() -> None:
    places = [s.path for s in sources("services") for line in s.text.splitlines() if "context.abort" in line]
    assert places == ["services/chassis/rpc_server.py"], (
        "raise a services.chassis.errors.Error; the edge aborts with it"
    )
