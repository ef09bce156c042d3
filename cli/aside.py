"""A wait that Ctrl-C may end: what can block is done in a thread of its own, and its outcome comes through a queue.

Python raises KeyboardInterrupt in the main thread, between any two steps of it, a library's `Condition.__enter__`
included: then a lock stays taken for good, and whoever asks for it next, to end a call, waits for ever. So the thread
of a command never runs gRPC's code. What it waits on is a queue written in C, which an interrupt leaves as it was.
"""

import queue
import threading
from collections.abc import Callable
from typing import NoReturn, TypeVar

T = TypeVar("T")


def aside(job: Callable[[], T]) -> T:
    """What ``job`` returns or raises. Who is interrupted leaves; the job goes on by itself and nobody hears of it."""
    said: queue.SimpleQueue[Callable[[], T]] = queue.SimpleQueue()

    def work() -> None:
        try:
            found = job()
        except BaseException as failure:  # noqa: BLE001 - it is raised where the job was given
            said.put(_raising(failure))
        else:
            said.put(lambda: found)

    threading.Thread(target=work, daemon=True).start()  # a daemon: who was interrupted doesn't wait for it
    return said.get()()


def _raising(failure: BaseException) -> Callable[[], NoReturn]:
    def outcome() -> NoReturn:
        raise failure

    return outcome
