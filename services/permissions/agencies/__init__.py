"""Agencies and who acts for them: keys, certificates, principals, roles, staff."""
