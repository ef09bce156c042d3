"""Protos: the generated code is what the protos say, and the protos keep to buf's rules."""

import filecmp
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.house.tree import ROOT, tracked


def test_generated_code_is_what_the_protos_say(tmp_path: Path) -> None:
    subprocess.run([ROOT / "scripts" / "generate", str(tmp_path)], check=True, cwd=ROOT)
    made = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.py*") if "__pycache__" not in path.parts}
    kept = {path.removeprefix("proto/gen/") for path in tracked() if path.startswith("proto/gen/")}
    assert made == kept, "run make generate"
    _, different, _ = filecmp.cmpfiles(tmp_path, ROOT / "proto" / "gen", sorted(made), shallow=False)
    assert not different, "run make generate"


def test_the_protos_keep_to_the_rules(tmp_path: Path) -> None:
    """buf lint, offline: on a descriptor image, so that it fetches no dependency."""
    image = tmp_path / "image.binpb"
    site = sysconfig.get_path("purelib")
    protos = tracked(".proto")
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I", "proto", "-I", site, "--include_imports"]
    command += ["--include_source_info", f"--descriptor_set_out={image}"]
    subprocess.run([*command, *(path.removeprefix("proto/") for path in protos)], check=True, cwd=ROOT)
    buf = Path(sys.executable).parent / "buf"
    if not buf.exists():
        pytest.skip("buf is not in this venv")
    paths = [word for path in protos for word in ("--path", path.removeprefix("proto/"))]
    config = (ROOT / "proto" / "buf.yaml").read_text()
    linted = subprocess.run(
        [buf, "lint", str(image), "--config", config, *paths], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_every_method_says_who_may_call_it() -> None:
    from google.protobuf import descriptor_pool

    import services.gateway.app  # noqa: F401 - brings every proto of the API into the pool
    from kapok.annotations.v1 import exposure_pb2

    pool = descriptor_pool.Default()
    silent = []
    for path in tracked("_service.proto"):
        for service in pool.FindFileByName(path.removeprefix("proto/")).services_by_name.values():
            silent += [
                method.full_name
                for method in service.methods
                if method.GetOptions().Extensions[exposure_pb2.exposure] == exposure_pb2.EXPOSURE_UNSPECIFIED
            ]
    assert not silent
