"""The HTTPS side of the gateway: the API as JSON, a page that says what this is, health and metrics."""
