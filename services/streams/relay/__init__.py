"""The relay: pulls each camera once, serves every viewer, ends viewers at once. Media flow here and nowhere else.

camera ─► intake ─► rtp.Assembler ─► ring ─► source ─► viewer ─► socket
          (RTSP)    (one picture,    (last   (fan-out)  (cursor)
                     one buffer)     groups)
"""
