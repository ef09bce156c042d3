"""The gateway as a process of its own."""

from services.chassis import process
from services.gateway.app import Settings, app

if __name__ == "__main__":
    process.main(Settings, app)
