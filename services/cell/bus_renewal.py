"""A nats-server reads a renewed certificate once it is told to, by SIGHUP; its clients, routes and leaf links stay."""

import logging
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from services.chassis.clock import Clock
from services.chassis.metrics import CERTIFICATE_REFUSED

log = logging.getLogger(__name__)
_AGAIN_S = 30.0  # between two times that it is told of the same
_PROGRAM = "nats-server"


@dataclass
class Renewal:
    """``certificate`` (PEM) is what the server should show; ``pid_file`` holds its number in our namespace."""

    certificate: Path
    pid_file: Path
    clock: Clock
    _told_at_s: float | None = None

    def look(self, shown_ends_at: float) -> None:
        """Tell the server when it shows another certificate, by its end (Unix time), than there is."""
        try:
            [own, *_] = x509.load_pem_x509_certificates(self.certificate.read_bytes())
            is_shown = own.not_valid_after_utc.timestamp() == shown_ends_at
            CERTIFICATE_REFUSED.labels("bus").set(not is_shown and self._told_at_s is not None)
            if is_shown:
                self._told_at_s = None
            elif self._told_at_s is None or self.clock.monotonic() - self._told_at_s > _AGAIN_S:
                self._told_at_s = self.clock.monotonic()
                self._tell()
        except (OSError, ValueError) as error:
            CERTIFICATE_REFUSED.labels("bus").set(1)
            log.warning("the bus can't be told of a renewed certificate: %s: %s", self.certificate, error)

    def _tell(self) -> None:
        number = int(self.pid_file.read_text())
        if Path(f"/proc/{number}/comm").read_text().strip() != _PROGRAM:  # its number may be somebody else's by now
            raise ValueError(f"process {number} is no {_PROGRAM}")
        log.info("the bus is told to read its renewed certificate: %s", self.certificate)
        os.kill(number, signal.SIGHUP)
