"""The WebSockets of clients, by their ids."""
import json
import struct

sockets = {}


def tell(client, kind, data):
    socket = sockets.get(client)
    if socket is None:
        return
    send(socket, b"\x81", json.dumps({"type": kind, "data": data}).encode())


def show(client, picture):
    """A preview, as of a latent: a PNG file."""
    if client in sockets:
        send(sockets[client], b"\x82", struct.pack(">II", 1, 2) + picture)


def send(socket, kind, body):
    head = kind + (bytes([len(body)]) if len(body) < 126 else b"\x7e" + struct.pack(">H", len(body)))
    try:
        socket.sendall(head + body)
    except OSError:
        pass
