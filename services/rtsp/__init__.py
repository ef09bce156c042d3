"""RTSP as its clients and servers here share it (RFC 2326): messages, Digest, a client's conversation, its addresses.

A library: it knows no camera's record, no session, no service. See docs/decisions/0009-rtsp-is-a-library.md.
"""
