"""The gateway as a process of its own."""

from services.chassis import process

if __name__ == "__main__":
    with process.loading():
        from services.gateway.app import Settings, app
    process.main(Settings, app)
