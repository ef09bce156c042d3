"""A cell whose services are processes of their own, as in a cluster, on one machine: for tests and benchmarks."""
