"""Audit: the ledger of what happened, in two books that nobody can rewrite unseen."""
