"""Permissions: may X do A to camera C now, by which rule, until when; who controls C.

rpc, events ──► service ──► decisions  bases  incidents  takeovers  principals  policies  closures   use cases, by noun
                                │         │        │          │          │          │
                              store     basis  incident   takeover     agency    genesis   rules, pure
"""
