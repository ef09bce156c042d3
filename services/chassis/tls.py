"""TLS of a process out of files that somebody renews: what was written last is shown at the next handshake.

Nothing is restarted for a new certificate. Files that do not fit each other, as half-way through being replaced, are
left alone until they do: the former ones stay, and the log and Prometheus say so.
"""

import logging
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import grpc
from cryptography import x509

from services.chassis.metrics import CERTIFICATE_ENDS, CERTIFICATE_REFUSED
from services.chassis.settings import SettingsError

log = logging.getLogger(__name__)
T = TypeVar("T")
_Stamp = tuple[tuple[int, int], ...]
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True)
class Files:
    """PEM files: our own certificate (its issuers behind it) and key, and the authority whose certificates we take.

    ``ca`` None: nobody is asked for one. ``of`` is what the certificate is for, as Prometheus is told.
    """

    ca: Path | None
    certificate: Path
    private_key: Path
    of: str = "services"

    def stamp(self) -> _Stamp:
        """Another one after a file was written or replaced; OSError when one can't be read."""
        found = [file.stat() for file in (self.ca, self.certificate, self.private_key) if file]
        return tuple((one.st_mtime_ns, one.st_ino) for one in found)

    def context(self) -> ssl.SSLContext:
        """For a server that asks for client certificates. Raises OSError or ssl.SSLError for files that don't fit."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(self.ca) if self.ca else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED if self.ca else ssl.CERT_NONE
        context.load_cert_chain(self.certificate, self.private_key)
        return context

    def ends_at(self) -> float:
        """When the first of the certificates that it shows ends, Unix time. Raises OSError or ValueError."""
        shown = x509.load_pem_x509_certificates(self.certificate.read_bytes())
        return min(one.not_valid_after_utc.timestamp() for one in shown)

    @property
    def authority(self) -> Path:
        """Of who asks for certificates, as between services."""
        assert self.ca is not None
        return self.ca


class Renewed(Generic[T]):
    """What is made of ``files``, made anew after they were: ask for it whenever it is needed."""

    def __init__(self, files: Files, make: Callable[[Files], T]) -> None:
        """Raises OSError or ssl.SSLError (a ValueError too) when the files are no good now."""
        self._files, self._make = files, make
        self._stamp = files.stamp()
        self._refused: _Stamp | None = None  # of the newer files that can't be used; empty: one can't be read
        files.context()
        self.newest = self._given = make(files)
        self._ends_at = files.ends_at()
        CERTIFICATE_ENDS.labels(files.of).set_function(self._told_end)
        CERTIFICATE_REFUSED.labels(files.of).set_function(lambda: float(self._refused is not None))

    def look(self) -> bool:
        """Whether ``newest`` is another one than at the last look."""
        is_newer = self.current() is not self._given
        self._given = self.newest
        return is_newer

    def current(self) -> T:
        """The newest that can be used."""
        stamp: _Stamp = ()
        try:
            stamp = self._files.stamp()
            if stamp != self._stamp:
                self._files.context()  # do they fit each other?
                self.newest, self._ends_at = self._make(self._files), self._files.ends_at()
                self._stamp = stamp
                log.info("a renewed certificate is shown from now on: %s", self._files.certificate)
            self._refused = None
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            if stamp != self._refused:  # once, not at each handshake
                log.warning("a renewed certificate is not used: %s: %s", self._files.certificate, error)
            self._refused = stamp
        return self.newest

    def _told_end(self) -> float:
        self.current()  # who has no visitors shows nothing, and is to tell all the same
        return self._ends_at


def server_credentials(files: Files) -> Any:
    """gRPC's, of a server that asks for client certificates."""
    renewed = Renewed(files, _configuration)
    return grpc.dynamic_ssl_server_credentials(
        renewed.newest,
        lambda: renewed.newest if renewed.look() else None,
        require_client_authentication=True,
    )


def server_context(files: Files) -> ssl.SSLContext:
    """ssl's, of the same."""
    renewed = Renewed(files, Files.context)

    def at_hello(connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = renewed.current()

    context = files.context()
    context.sni_callback = at_hello  # it is called for clients that name no server too
    return context


def channel_credentials(files: Files) -> Any:
    """gRPC's, of a client that shows a certificate."""
    return grpc.ssl_channel_credentials(
        files.authority.read_bytes(), files.private_key.read_bytes(), files.certificate.read_bytes()
    )


def _configuration(files: Files) -> Any:
    own = (files.private_key.read_bytes(), files.certificate.read_bytes())
    return grpc.ssl_server_certificate_configuration([own], root_certificates=files.authority.read_bytes())


def stays_here(address: str) -> bool:
    """Whether what is called at ``address``, or listens there, never leaves this machine."""
    return address.startswith("unix:") or all(host in _LOOPBACK for host in hosts(address))


def hosts(address: str) -> Sequence[str]:
    """The hosts of gRPC's address: host:port, dns:///host:port, ipv4:host:port,host:port."""
    return [one.rpartition(":")[0].strip("[]") for one in _without_scheme(address).split(",")]


def _without_scheme(address: str) -> str:
    if address.startswith("dns:"):
        return address.rpartition("/")[2].removeprefix("dns:")
    return address.removeprefix("ipv4:").removeprefix("ipv6:")


def endpoint(variable: str, listen: str) -> tuple[str, int]:
    """host:port taken apart; SettingsError naming ``variable`` when it is none."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise SettingsError(f"{variable}: host:port, not {listen!r}")
    return host.strip("[]"), int(port)
