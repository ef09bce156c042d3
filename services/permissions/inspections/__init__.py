"""Inspections (Article 17)."""
