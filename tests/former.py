"""The release before: the oldest from which an upgrade to this tree is promised, as docs/runbooks/upgrade.md says."""

COMMIT = "9f30802b1efa8441debe5ef1111db362571c5ad2"
# The newest schema of each service there; it goes on beside whatever stands behind it.
SCHEMAS = {"registry": "0005", "permissions": "0018", "streams": "0008", "audit": "0004"}
