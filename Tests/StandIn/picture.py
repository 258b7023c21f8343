"""The image that a prompt comes to: a pattern, made of nothing but a seed."""
import hashlib
import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(seed, width, height, texts):
    stream, block = b"", seed
    while len(stream) < width * height * 3:
        block = hashlib.sha256(block).digest()
        stream += block
    rows = b"".join(b"\0" + stream[y * width * 3:(y + 1) * width * 3] for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + b"".join(chunk(b"tEXt", key + b"\0" + text.encode()) for key, text in texts) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))
