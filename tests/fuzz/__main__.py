"""One target under atheris: python -m tests.fuzz TARGET [options of libFuzzer]. Exit code 3: no atheris here."""

import sys

try:
    import atheris  # type: ignore[import-not-found] # built for Linux on x86-64 only
except ImportError:
    print("atheris is not installed; it is built for Linux on x86-64, Python 3.11 to 3.13", file=sys.stderr)
    sys.exit(3)

with atheris.instrument_imports(include=["services.rtsp", "services.streams.relay"]):
    from tests.fuzz.targets import TARGETS

_, target, *options = sys.argv
atheris.Setup(["fuzz", *options], TARGETS[target])
atheris.Fuzz()
