"""Words: error reasons, metrics and links mean what they say; nothing of a machine is committed."""

import ast
import re
from pathlib import Path

from kapok.error.v1 import error_reason_pb2
from tests.house.tree import ROOT, sources, tracked

KINDS = {"Unauthenticated", "Denied", "NotFound", "AlreadyExists", "FailedPrecondition", "Aborted", "Exhausted",
         "Unavailable", "Internal"}  # fmt: skip
REASONS = {name.removeprefix("ERROR_REASON_") for name in list(error_reason_pb2.ErrorReason.keys())}


def reasons_used() -> set[tuple[str, str]]:
    used = set()
    for source in sources("services", "cli", "demo"):
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0] if node.args and name in KINDS else None
            named = [k.value for k in node.keywords if k.arg == "reason" and name == "InvalidArgument"]
            used |= {
                (source.path, value.value)
                for value in (first, *named)
                if isinstance(value, ast.Constant) and isinstance(value.value, str)
            }
    return used


def test_every_reason_is_documented_in_the_proto() -> None:
    unknown = {(path, reason) for path, reason in reasons_used() if reason not in REASONS}
    assert not unknown, "add it to kapok/error/v1/error_reason.proto with code, metadata, article and example"


def test_every_documented_reason_is_used() -> None:
    text = "".join(source.text for source in sources("services", "cli"))
    assert not {reason for reason in REASONS - {"UNSPECIFIED"} if f'"{reason}"' not in text}


def test_metrics_carry_the_prefix_and_no_camera() -> None:
    metric = re.compile(r"\b(?:Counter|Gauge|Histogram|Summary)\(\s*f?\"([a-z_{}.]+)\"(.*)")
    for source in sources("services"):
        for name, rest in metric.findall(source.text):
            assert name.startswith("kapok_"), f"{source.path}: {name}"
            assert '"camera"' not in rest, f"{source.path}: {name} has a label per camera"
            assert '"principal"' not in rest, f"{source.path}: {name} has a label per principal"


def test_nothing_of_a_machine_is_committed() -> None:
    foreign = re.compile(r"/(?:work|root|farm)/|/home/[a-z]+/|https?://[^ \"]*(?:simple/|registry\.npmjs)")
    found = []
    for path in tracked():
        if path.startswith(("proto/gen/", "tests/house/")):
            continue
        text = (ROOT / path).read_text(errors="replace")
        found += [f"{path}: {line}" for line in text.splitlines() if foreign.search(line)]
    assert not found


def test_links_and_paths_in_the_documents_exist() -> None:
    missing = []
    for path in tracked(".md"):
        text = (ROOT / path).read_text()
        links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
        missing += [f"{path}: {link}" for link in links if link and not (ROOT / path).parent.joinpath(link).exists()]
        named = re.findall(r"`((?:services|proto|demo|cli|tests|docs|examples|bench|deploy|scripts)/[\w./-]+)`", text)
        missing += [f"{path}: {name}" for name in named if not Path(ROOT / name).exists()]
    assert not missing
