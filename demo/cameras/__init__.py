"""The lenses of the demo city: one process that answers RTSP for every camera, and HTTP for the one that moves."""
