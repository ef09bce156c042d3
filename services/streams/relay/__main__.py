"""A relay as a process, on uvloop: one picture to a thousand sockets is what its loop spends its time on."""

from services.chassis import process

if __name__ == "__main__":
    with process.loading():
        import uvloop

        from services.streams.relay.app import app
        from services.streams.relay.settings import Settings
    uvloop.install()
    process.main(Settings, app)
