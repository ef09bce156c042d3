"""A cell in parts: each service, relay, the bus and each line to it is a process that a fault can strike by name."""
