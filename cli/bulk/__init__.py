"""Cameras in files, in and out: bytes → lines → records → batches → the API, and back again."""
