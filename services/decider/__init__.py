"""The decider: facts in, a decision out. A pure library that permissions serves and every relay holds as a replica.

facts ──► relation ┐
facts ──► conditions ├─► request ──► engine (Casbin behind a memo) ──► decision
policy rows ────────┘
"""
