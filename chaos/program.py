"""A viewer by gRPC, with the stock library: an agency's program that takes access units."""

import threading
from pathlib import Path
from typing import Any, NamedTuple

import grpc

from chaos.viewer import STEP_S, OverError
from kapok.streams.v1 import media_service_pb2, media_service_pb2_grpc

_OPTIONS = (("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0))  # a connection of its own, and one only


class Pem(NamedTuple):
    """What an agency's program shows and trusts."""

    authority: bytes
    key: bytes
    certificate: bytes

    @classmethod
    def read(cls, *files: Path) -> "Pem":
        """From the files of the three."""
        return cls(*(file.read_bytes() for file in files))


class Program:
    """One call that has shown a picture or waits for it; `take` raises OverError when it is refused or ended."""

    address = ""

    def __init__(self, target: str, session: str, token: str, pem: Pem) -> None:
        credentials = grpc.ssl_channel_credentials(*pem)
        self._channel = grpc.secure_channel(target, credentials, _OPTIONS)
        asked = media_service_pb2.WatchAccessUnitsRequest(session=session, token=token)
        self._call: Any = media_service_pb2_grpc.MediaServiceStub(self._channel).WatchAccessUnits(asked)
        self._has_news = threading.Condition()
        self._wanted = threading.Event()  # cleared: nobody reads, so the window fills
        self._bytes, self._why = 0, ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def take(self, within_s: float) -> int:
        """Satisfies Viewer."""
        self._wanted.set()
        with self._has_news:
            self._has_news.wait_for(lambda: self._bytes or self._why, within_s)
            came, self._bytes = self._bytes, 0
            if not came and self._why:
                raise OverError(self._why)
        return came

    def queued(self) -> int:
        """Satisfies Viewer; the library tells nobody, and from here on it reads no more."""
        self._wanted.clear()
        return 0

    def leave(self) -> None:
        """Satisfies Viewer."""
        self._call.cancel()
        self.vanish()

    def vanish(self) -> None:
        """Satisfies Viewer."""
        self._channel.close()
        self._wanted.set()
        self._reader.join(STEP_S)

    def _read(self) -> None:
        why = "ended"
        try:
            for unit in self._call:
                with self._has_news:
                    self._bytes += len(unit.data)
                    self._has_news.notify_all()
                self._wanted.wait()
        except grpc.RpcError as end:
            why = f"ended: {end.code().name} {end.details()}"
        except ValueError:
            why = "ended: the channel was closed"
        with self._has_news:
            self._why = why
            self._has_news.notify_all()
