"""Bytes of strangers against the relay's parsers, led by coverage (atheris): `make fuzz`, briefly in every test run."""
