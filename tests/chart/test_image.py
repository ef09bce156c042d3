"""The image that the chart runs: what goes in is locked to what is tested, and it is built where that can be done."""

import re
import shutil
import subprocess

import pytest

from tests.house.tree import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()


def pins(path: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Version and hashes of each package of a lock."""
    found = {}
    for block in re.split(r"\n(?=\S)", (ROOT / path).read_text()):
        if pinned := re.match(r"([\w.-]+)==(\S+)", block):
            found[pinned[1]] = (pinned[2], frozenset(re.findall(r"sha256:[0-9a-f]{64}", block)))
    return found


def test_what_runs_is_what_was_tested() -> None:
    image, tested = pins("deploy/image/requirements.lock"), pins("requirements.lock")
    assert len(image) > 30
    assert all(hashes for _, hashes in image.values())
    assert image.items() <= tested.items(), "make it anew: uv pip compile … -c requirements.lock, see deploy/helm"
    assert not image.keys() & {"pytest", "mypy", "ruff", "av", "kubernetes-validate"}


def test_every_dependency_of_the_project_is_in_it() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    [wanted] = re.findall(r"^dependencies = \[\n(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    names = {re.match(r'\s*"([\w-]+)', line)[1].lower() for line in wanted.splitlines()}  # type: ignore[index]
    assert names <= pins("deploy/image/requirements.lock").keys()


def test_a_cell_in_a_cluster_can_send_spans() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    [extra] = re.findall(r"^otel = \[\n(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    names = set(re.findall(r'^\s*"([\w-]+)', extra, re.MULTILINE))
    assert names
    assert names <= pins("deploy/image/requirements.lock").keys()


def test_it_runs_as_nobody_in_particular_and_without_a_shell() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "USER 10001:10001" in last
    assert re.search(r'^ENTRYPOINT \["[^"]+python"\]$', last, re.MULTILINE)
    assert not re.search(r"^(RUN|ENTRYPOINT [^\[]|CMD [^\[])", last, re.MULTILINE)


def test_nothing_but_what_it_is_made_of_is_sent_to_the_build() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    copied = {
        path for line in re.findall(r"^COPY (?!--from)(.*)", DOCKERFILE, re.MULTILINE) for path in line.split()[:-1]
    }
    assert {line[1:] for line in ignored if line.startswith("!")} == copied
    assert all((ROOT / path).exists() for path in copied)


@pytest.mark.timeout(600)
def test_it_is_built() -> None:
    if not shutil.which("buildah"):
        pytest.skip("NO BUILDAH HERE, SO THE IMAGE IS NOT BUILT")
    built = subprocess.run([ROOT / "scripts" / "image"], capture_output=True, text=True, check=False)
    if "pull" in built.stderr.lower() and built.returncode:
        pytest.skip(f"NO BASE IMAGE HERE, SO THE IMAGE IS NOT BUILT: {built.stderr.splitlines()[-1]}")
    assert built.returncode == 0, built.stderr
