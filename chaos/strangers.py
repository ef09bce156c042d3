"""Those without a right: wrong tokens in every way, connections that say nothing or half of something."""

import socket
import time
from random import Random
from urllib.parse import urlsplit

from chaos.scene import Scene
from chaos.viewer import OverError
from chaos.watching import WAYS
from demo.chapters import Opened

_HALVES = (
    b"", b"DESC", b"DESCRIBE rtsp://127.0.0.1/s/x RTSP/1.0\r\nCSeq: ", b"GET /s/x HTTP/1.1\r\nUpgr",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", b"$\0\xff\xff", b"\0" * 64,
)  # fmt: skip
_SEEN_WITHIN_S = 1.0


def act(scene: Scene, chance: Random) -> None:
    """Come and be sent away until the scene is over."""
    while not scene.over.wait(chance.uniform(0.1, 0.8)):
        if not scene.recent:
            continue
        answer = scene.recent[-1]
        if chance.random() < 0.5:
            _come_with_a_wrong_token(scene, answer, chance)
        else:
            _half_open(scene, answer, chance)


def _come_with_a_wrong_token(scene: Scene, answer: Opened, chance: Random) -> None:
    wrong = _wrong(answer, chance)
    kind = chance.choice(list(WAYS))
    scene.rights.count("strangers")
    try:
        viewer = WAYS[kind](scene, wrong)
    except OverError:
        return
    try:
        until_s = time.monotonic() + _SEEN_WITHIN_S
        while time.monotonic() < until_s:
            if viewer.take(0.1):
                scene.rights.count("strangers who saw")
                return
    except OverError:
        return
    finally:
        viewer.vanish()


def _wrong(answer: Opened, chance: Random) -> Opened:
    """Another session's name, a token with one letter changed, half a token, none."""
    token = answer.token
    at = chance.randrange(len(token) - 2)
    other = "A" if token[at] != "A" else "B"
    token = chance.choice((token[:at] + other + token[at + 1 :], token[:at], "", "\u0000", token + "x"))
    made = Opened()
    made.CopyFrom(answer)
    made.token = token
    for name in ("rtsp_url", "rtsps_url"):
        setattr(made, name, f"{getattr(answer, name).partition('?')[0]}?token={token}")
    return made


def _half_open(scene: Scene, answer: Opened, chance: Random) -> None:
    """A few connections that begin something and go silent."""
    ports = [urlsplit(url).port for url in (answer.rtsp_url, answer.rtsps_url, answer.websocket_url, answer.wss_url)]
    ports.append(int(answer.grpc_target.rpartition(":")[2]))
    held: list[socket.socket] = []
    try:
        for _ in range(chance.randint(1, 12)):
            held.append(socket.create_connection(("127.0.0.1", chance.choice(ports) or 0), 5))
            held[-1].sendall(chance.choice(_HALVES))
            scene.rights.count("half-open")
        scene.over.wait(chance.uniform(0.2, 2.0))
    except OSError:
        scene.rights.count("half-open refused")  # by a relay that is being replaced, or is full of strangers
    finally:
        for one in held:
            one.close()
