"""The rules of the house as tests: a rule that nobody checks is forgotten."""
