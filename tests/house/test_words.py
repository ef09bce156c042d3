"""Words: error reasons, metrics and links mean what they say; nothing of a machine is committed."""

import ast
import re
from pathlib import Path

from kapok.error.v1 import error_reason_pb2
from tests.house.tree import ROOT, sources, tracked

KINDS = {"Error", "Unauthenticated", "Denied", "NotFound", "AlreadyExists", "FailedPrecondition", "Aborted",
         "Exhausted", "Unavailable", "Internal"}  # fmt: skip
METRIC = re.compile(r"(?:Counter|Gauge|Histogram|Summary)(?:MetricFamily)?")
REASONS = {name.removeprefix("ERROR_REASON_") for name in list(error_reason_pb2.ErrorReason.keys())}


def reasons_used() -> set[tuple[str, str]]:
    used = set()
    for source in sources("services", "cli", "demo"):
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0] if node.args and name in KINDS else None
            named = [k.value for k in node.keywords if k.arg == "reason" and name in KINDS | {"InvalidArgument"}]
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
    for source in sources("services"):
        if not any(module.startswith("prometheus_client") for module in source.imports()):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and METRIC.fullmatch(ast.unparse(node.func).rpartition(".")[2]):
                where = f"{source.path}:{node.lineno}"
                name, *rest = (ast.unparse(argument) for argument in (*node.args, *(k.value for k in node.keywords)))
                assert re.match(r"f?['\"]kapok_", name), f"{where}: begin {name} with kapok_"
                labels = set(re.findall(r"\w+", " ".join(rest[1:])))
                assert not labels & {"camera", "principal"}, f"{where}: {name} has a label per camera or principal"


def test_nothing_of_a_machine_is_committed() -> None:
    foreign = re.compile(
        r"/(?:work|root|farm|tmp)/|/home/[a-z]+/|https?://[^ \"]*(?:simple\b|pypi\.|pythonhosted|registry\.npmjs)"
    )
    found = []
    for path in tracked():
        if path.startswith(("proto/gen/", "tests/house/")):
            continue
        text = (ROOT / path).read_text(errors="replace")
        found += [f"{path}: {line}" for line in text.splitlines() if foreign.search(line)]
    assert not found, "make it an argument, a temporary folder, or leave it out"


def test_documents_named_in_the_code_exist() -> None:
    named = re.compile(r"docs/[\w/.-]*\w")
    kept = tracked()
    dead = [
        f"{path}: {name}"
        for path in tracked((".py", ".proto", "Makefile", ".toml"))
        if not path.startswith("tests/house/")
        for name in named.findall((ROOT / path).read_text())
        if not any(document.startswith(name) for document in kept)
    ]
    assert not dead, "the document moved: name it where it is now"


def test_every_word_of_the_glossary_is_used() -> None:
    """In the code: one word for one thing is worth nothing when the code says another."""
    paths = [path for path in tracked((".py", ".proto", ".csv")) if not path.startswith(("proto/gen/", "tests/"))]
    code = re.sub(r"[_\W]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", " ".join((ROOT / p).read_text() for p in paths)))
    words = re.findall(r"^\| \*\*(.+?)\*\* \|", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)
    unused = [word for word in words if not re.search(rf"\b{re.escape(word)}(?:e?s)?\b", code, re.IGNORECASE)]
    assert len(words) > 20, "the glossary is a table of | **word** | meaning |"
    assert not unused, "use the word in the code, or take it out of docs/glossary.md"


def test_links_and_paths_in_the_documents_exist() -> None:
    missing = []
    files = {path.rpartition("/")[2] for path in tracked()}
    for path in tracked(".md"):
        text = (ROOT / path).read_text()
        links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
        missing += [f"{path}: {link}" for link in links if link and not (ROOT / path).parent.joinpath(link).exists()]
        named = re.findall(r"`((?:services|proto|demo|cli|tests|docs|examples|bench|deploy|scripts)/[\w./-]+)`", text)
        missing += [f"{path}: {name}" for name in named if not Path(ROOT / name).exists()]
        leaves = re.findall(r"`([\w-]+\.(?:py|md|proto|csv))`", text)
        missing += [f"{path}: {leaf}" for leaf in leaves if leaf not in files]
    assert not missing, "the document names what is not there"
