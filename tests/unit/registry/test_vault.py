"""Sources at rest: every field comes back, also of rows that an older release wrote."""

import json
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.registry.domain import Source
from services.registry.vault import Vault

KEY = bytes(range(32))
CAMERA = "districts/440104/cameras/44010400001320000001"


def test_every_field_comes_back() -> None:
    source = Source("rtsp://c/1", "http://c/ptz", "admin", "geheim", "rtsp://c/2")
    locked = Vault(KEY).lock(CAMERA, source)
    assert Vault(KEY).unlock(CAMERA, locked) == source
    assert b"rtsp" not in locked


def test_a_row_from_before_secondary_streams_has_none() -> None:
    nonce = os.urandom(12)
    fields = {"stream_uri": "rtsp://c/1", "control_uri": "", "username": "", "password": ""}
    locked = nonce + AESGCM(KEY).encrypt(nonce, json.dumps(fields).encode(), CAMERA.encode())
    assert Vault(KEY).unlock(CAMERA, locked) == Source("rtsp://c/1")
