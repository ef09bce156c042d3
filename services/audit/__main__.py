"""Audit as a process of its own: `python -m services.audit`, settings from KAPOK_* variables."""

from services.audit.app import MIGRATIONS, Settings, app
from services.chassis import process

if __name__ == "__main__":
    process.main(Settings, app, MIGRATIONS)
