"""What every service stands on: settings, errors, clocks, signed identities, gRPC, the bus, the database, metrics.

No domain word lives here. Services import it; it imports none of them.
"""
