"""The gateway: owns nothing but connections. Who are you, how much may you ask, where does it go, as gRPC and JSON."""
