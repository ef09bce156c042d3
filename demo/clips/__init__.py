"""Draws and encodes the demo clips, once, at installation: the only place that imports PyAV and Pillow."""
