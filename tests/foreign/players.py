"""Foreign viewers: the ffmpeg of the wheel imageio-ffmpeg, which is always there."""

import re
import subprocess

import imageio_ffmpeg


def decoded_pictures(url: str, wanted: int, within_s: float = 30) -> tuple[int, str]:
    """How many pictures of ``url`` ffmpeg decoded (RTSP over TCP), and all that it said."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-rtsp_transport", "tcp", "-i", url]
    command += ["-frames:v", str(wanted), "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=within_s, check=False).stderr
    counts = re.findall(r"frame= *(\d+)", said)
    return (int(counts[-1]) if counts else 0), said
