"""Runs a program that dies with its parent: `python -I -S leash.py PARENT PROGRAM ARGUMENT…`.

Linux kills it when the process PARENT, whose child it is, ends in whatever way, kill -9 included: PR_SET_PDEATHSIG of
prctl(2). It is a program of its own because code between fork and exec is not safe in a process with threads, of which
gRPC has many. The kernel watches the thread that forked, so a cell starts its children from its main thread. Other
systems have no such call: there a child notices its parent's end by its own means, or stays.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: str, program: str, *arguments: str) -> None:
    """Become ``program``."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(parent):
            raise SystemExit("the parent ended before its child began")  # the signal was missed
    os.execv(program, [program, *arguments])  # noqa: S606 - no shell is meant


if __name__ == "__main__":
    main(*sys.argv[1:])
