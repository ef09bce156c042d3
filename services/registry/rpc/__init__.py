"""The registry's gRPC servicers: protobuf ↔ domain, nothing else. One file for each service of the protos."""
