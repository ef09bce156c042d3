"""The parts of `make bench-permissions`."""
