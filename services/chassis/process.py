"""A service as a process: settings from the environment, logs, signals. The first signal drains, the second exits.

python -m services.NAME                  serve
python -m services.NAME --print-config   show each variable, secrets hidden; exits 2 when it could not serve
python -m services.NAME migrate          bring the database's schema up, then end: 0 when it is up
python -m services.NAME WORD …           do to the database what a service's __main__ has under that word
"""

import asyncio
import ctypes
import gc
import importlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from services.chassis import errors, logs, metrics, settings, settings_shown, tracing

T = TypeVar("T")
App = Callable[[T], AbstractAsyncContextManager[Any]]
# Work on the database at a URL, told what stands behind its word; raises SettingsError, errors.Error.
Word = Callable[[str, Sequence[str]], Coroutine[Any, Any, None]]
log = logging.getLogger(__name__)
_WRONG = 2
_M_ARENA_MAX, _ARENAS = -8, 2  # mallopt(3)


@dataclass(frozen=True)
class Manners:
    """KAPOK_* of every process."""

    log_format: Annotated[str, "json, or text for people"] = "json"

    def __post_init__(self) -> None:
        if self.log_format not in logs.FORMATS:
            raise settings.SettingsError(f"KAPOK_LOG_FORMAT: must be {' or '.join(logs.FORMATS)}")


def main(
    kind: type[T], app: App[T], migrations: Path | None = None, words: Mapping[str, Word] = MappingProxyType({})
) -> None:
    """Do what the command line asks for, with settings of ``kind`` from the environment; see above.

    Exits 2 on wrong settings, each named. ``migrations`` and ``words``: of a service with a database.
    """
    given, *behind = sys.argv[1:] or [""]
    asked = {"": _serve, "--print-config": _show} | ({"migrate": _migrate} if migrations else {})
    if given not in {*asked, *words} or (behind and given in asked):
        known = " | ".join(filter(None, [*asked, *words]))
        _stop(f"usage: {known} or nothing, which serves; not {' '.join(sys.argv[1:])!r}")
    with _well_mannered() as environ:
        if given in asked:
            asked[given](kind, app, environ, migrations)
        else:
            _work(words[given], _database(kind, environ), behind)


def once(kind: type[T], work: Callable[[T], Coroutine[Any, Any, None]]) -> None:
    """The same for ``work`` that ends by itself."""
    with _well_mannered() as environ:
        asyncio.run(work(_chosen(kind, environ)))


@contextmanager
def loading() -> Iterator[None]:
    """A service is imported inside. All of that lives as long as the process, so it is never looked through.

    nats-py imports aiohttp for a bus over WebSocket, which ours never is, and does without where there is none: a
    twelfth of a service's memory and start. Whoever serves HTTP imports it by itself.
    """
    _share_arenas()
    gc.disable()
    try:
        with _missing("aiohttp"):
            importlib.import_module("nats.aio.transport")
        yield
    finally:
        gc.freeze()
        gc.enable()


def _share_arenas() -> None:
    """Have glibc give threads their memory out of two arenas, before there is a second thread, not of eight a core.

    Python's run one at a time anyway, and each arena keeps what its threads once had.
    """
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


@contextmanager
def _missing(name: str) -> Iterator[None]:
    """While inside, importing ``name`` fails, unless that was done before."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment] # what Python's import system takes for a module that isn't there
    try:
        yield
    finally:
        del sys.modules[name]


@contextmanager
def _well_mannered() -> Iterator[Mapping[str, str]]:
    """The environment without what is every process's, which is seen to. Exits on wrong settings."""
    try:
        manners, environ = settings.load_some(Manners, os.environ)
        logs.configure(manners.log_format)
        yield environ
    except settings.SettingsError as error:
        _stop(str(error))


def _serve(kind: type[T], app: App[T], environ: Mapping[str, str], _migrations: Path | None) -> None:
    service = "-".join(kind.__module__.split(".")[1:-1])  # services.streams.relay.settings: streams-relay
    chosen = _chosen(kind, environ)
    with tracing.sending(service, environ):
        asyncio.run(serve_until_signal(_looked_after(chosen, app)))


def _show(kind: type[T], _app: App[T], environ: Mapping[str, str], _migrations: Path | None) -> None:
    for described, found in ((kind, environ), (Manners, os.environ)):
        for line in settings_shown.shown(described, found):
            print(line)  # noqa: T201 - what was asked for
    _chosen(kind, environ)


def _migrate(kind: type[T], _app: App[T], environ: Mapping[str, str], migrations: Path | None) -> None:
    assert migrations is not None  # else it is not asked
    from services.chassis.migrating import bring_up  # of the gateway's memory a database's library would be a third

    schema = asyncio.run(bring_up(_database(kind, environ), migrations))
    log.info("the schema was %s and is %s", schema.found or "empty", max(schema.found, schema.newest))


def _work(word: Word, url: str, behind: Sequence[str]) -> None:
    try:
        asyncio.run(word(url, behind))
    except errors.Error as error:
        _stop(error.message, 1)


def _database(kind: type[T], environ: Mapping[str, str]) -> str:
    """Where it is: what its words need of the settings, of which the others are not read."""
    from services.chassis.database import Stored

    return settings.load(Stored, environ, among=kind).database


def _chosen(kind: type[T], environ: Mapping[str, str]) -> T:
    chosen = settings.load(kind, environ)
    if problems := settings.unreadable(chosen):
        raise settings.SettingsError("; ".join(problems))
    return chosen


def _stop(why: str, code: int = _WRONG) -> None:
    print(why, file=sys.stderr)  # noqa: T201 - before any log can be read
    raise SystemExit(code)


@asynccontextmanager
async def _looked_after(chosen: T, app: App[T]) -> AsyncIterator[None]:
    """The service and its metrics, which answer while it starts."""
    async with metrics.serve(getattr(chosen, "watched_at", "")), app(chosen):
        yield


async def serve_until_signal(app: AbstractAsyncContextManager[Any], ready: Callable[[Any], None] | None = None) -> None:
    """Enter ``app``, wait for a signal, leave it. A second signal exits at once."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if stopping.is_set():
            os._exit(1)
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    async with app as running:
        spare_the_collector()
        if ready:
            ready(running)
        await stopping.wait()
        log.info("draining")


def spare_the_collector() -> None:
    """Call once everything is up: what lives by now is never looked through again, and new objects less often.

    A batch of a thousand cameras makes a hundred thousand objects, none of them in a cycle. With Python's own settings
    they, and all the others, were looked through a hundred times: a seventh of an import's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
