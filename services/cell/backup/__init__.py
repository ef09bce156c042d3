"""Backup and restore of a whole cell: its databases at one cut, the ledger last, and what is done to put them back."""
