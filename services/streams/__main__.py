"""The streams service as a process of its own."""

from services.chassis import process
from services.streams.app import Settings, app

if __name__ == "__main__":
    process.main(Settings, app)
