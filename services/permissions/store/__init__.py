"""What permissions keeps: tables, and queries by noun. Every function works inside the transaction that it is given."""
