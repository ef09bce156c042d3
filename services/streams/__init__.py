"""Streams: sessions, the relays that serve them, and control commands, for as long as they are permitted."""
