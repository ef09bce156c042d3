"""Papers that looks and copies stand on, and their review (Article 19)."""
