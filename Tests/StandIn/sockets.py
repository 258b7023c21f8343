"""The WebSockets of clients, by their ids."""
import json
import struct

sockets = {}


def tell(client, kind, data):
    socket = sockets.get(client)
    if socket is None:
        return
    body = json.dumps({"type": kind, "data": data}).encode()
    head = b"\x81" + (bytes([len(body)]) if len(body) < 126 else b"\x7e" + struct.pack(">H", len(body)))
    try:
        socket.sendall(head + body)
    except OSError:
        pass
