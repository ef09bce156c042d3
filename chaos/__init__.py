"""Load, faults and time against a whole platform: `make chaos`. Each module that can be run is one test of it."""
