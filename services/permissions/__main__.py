"""Permissions as a process: settings from the environment."""

from services.chassis import process
from services.permissions.app import MIGRATIONS, Settings, app, restored

if __name__ == "__main__":
    process.main(Settings, app, MIGRATIONS, {"restored": restored})
