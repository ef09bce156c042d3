"""The registry as a process of its own: `python -m services.registry`, settings from KAPOK_* variables."""

from services.chassis import process

if __name__ == "__main__":
    with process.loading():
        from services.registry.app import MIGRATIONS, Settings, app, restored
    process.main(Settings, app, MIGRATIONS, {"restored": restored})
