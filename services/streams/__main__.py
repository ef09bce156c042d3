"""The streams service as a process of its own: `python -m services.streams`, settings from KAPOK_* variables."""

from services.chassis import process
from services.streams.app import MIGRATIONS, Settings, app

if __name__ == "__main__":
    process.main(Settings, app, MIGRATIONS)
