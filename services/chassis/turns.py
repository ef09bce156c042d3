"""What one replica at a time does: keys of PostgreSQL's advisory locks, which are counted per database."""

from enum import IntEnum


class Turn(IntEnum):
    """One number each."""

    MIGRATING = 0x6B61706F6B01  # "kapok", and a number
    PUBLISHING = 0x6B61706F6B02
    RECORDING = 0x6B61706F6B03
    WRITING_LEDGER = 0x6B61706F6B04
    TENDING_SESSIONS = 0x6B61706F6B05
    PROBING = 0x6B61706F6B06
