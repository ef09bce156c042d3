"""The registry's records: SQLite at home, PostgreSQL in a cluster; the same statements but for words and runs."""
