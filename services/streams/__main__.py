"""The streams service as a process of its own: `python -m services.streams`, settings from KAPOK_* variables."""

from services.chassis import process

if __name__ == "__main__":
    with process.loading():
        from services.streams.app import MIGRATIONS, Settings, app
    process.main(Settings, app, MIGRATIONS)
