"""A relay as a process, on uvloop: one picture to a thousand sockets is what its loop spends its time on."""

import uvloop

from services.chassis import process
from services.streams.relay.app import app
from services.streams.relay.settings import Settings

if __name__ == "__main__":
    uvloop.install()
    process.main(Settings, app)
