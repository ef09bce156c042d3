"""The demo city: its places, its agencies, and the lenses that the platform sees it through. Nothing imports it back."""
