"""Parts of `bench_registry`: a city of any size, the registry's use cases on a database, peers beside them."""
