"""Audit as a process of its own: `python -m services.audit`, settings from KAPOK_* variables."""

from services.chassis import process

if __name__ == "__main__":
    with process.loading():
        from services.audit.app import MIGRATIONS, Settings, app, verify
    process.main(Settings, app, MIGRATIONS, {"verify": verify})
