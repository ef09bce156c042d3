"""The gRPC side of the gateway, and the only part of it that knows protobuf: descriptors, bytes, statuses, JSON."""
