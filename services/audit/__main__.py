"""Audit as a process: settings from the environment."""

from services.audit.app import Settings, app
from services.chassis import process

if __name__ == "__main__":
    process.main(Settings, app)
