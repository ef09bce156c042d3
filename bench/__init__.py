"""Benchmarks: `make bench-NAME` prints a table with peers and limits beside our figure and ends with one JSON line."""
