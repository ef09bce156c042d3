"""HTTP/2 as far as serving pictures takes it (RFC 9113): frames, header blocks, what peers may cost. Pure."""
