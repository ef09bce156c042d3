"""Permissions as a process: settings from the environment."""

from services.chassis import process

if __name__ == "__main__":
    with process.loading():
        from services.permissions.app import MIGRATIONS, Settings, app, restored
    process.main(Settings, app, MIGRATIONS, {"restored": restored})
