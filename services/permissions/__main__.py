"""Permissions as a process: settings from the environment."""

from services.chassis import process
from services.permissions.app import Settings, app

if __name__ == "__main__":
    process.main(Settings, app)
