"""Parts of bench-fanout: a paced camera, viewers, the kernel's limit in C, GStreamer, and what is measured."""
