"""The gRPC face of a relay: pictures for agencies' programs."""
