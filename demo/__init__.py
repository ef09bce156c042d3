"""The demo city: its places, its agencies and the lenses through which the platform sees it."""
