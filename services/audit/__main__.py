"""Audit as a process of its own: `python -m services.audit`, settings from KAPOK_* variables."""

from services.audit.app import MIGRATIONS, Settings, app, verify
from services.chassis import process

if __name__ == "__main__":
    process.main(Settings, app, MIGRATIONS, {"verify": verify})
