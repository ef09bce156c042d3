"""The registry: what cameras exist, where, whose, in what state. Their sources are kept here and shown to nobody."""
