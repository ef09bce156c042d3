"""Declared incidents (Article 18 ¶2)."""
