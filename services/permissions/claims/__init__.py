"""Compensation for takeovers (Article 18 ¶3)."""
