"""What writes files that are committed, and what installs. Nothing here runs with the platform."""
