"""Takeovers of cameras, and control as it stands (Article 18); the rule itself is services/permissions/takeover.py."""
