"""The documented routes of ComfyUI."""
import asyncio
import base64
import email.parser
import hashlib
import http.server
import json
import os
import sys
import threading
import urllib.parse
import uuid

import comfyui_version
import folder_paths
import nodes
import sockets
from options import ANSWERS, base
from running import prompts


loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()


def problems(prompt):
    found = {}
    for id, node in prompt.items():
        kind = node.get("class_type")
        if kind not in nodes.KINDS:
            return {"error": {"type": "invalid_prompt", "message": f"Node '{kind}' not found.", "details": ""}, "node_errors": {}}
        if kind in nodes.LOADERS:
            key, folder = nodes.LOADERS[kind]
            if node["inputs"].get(key) not in folder_paths.get_filename_list(folder):
                found[id] = {"class_type": kind, "errors": [{
                    "type": "value_not_in_list", "message": "Value not in list", "details": f"{key}: '{node['inputs'].get(key)}'",
                    "extra_info": {"input_name": key, "input_config": [folder_paths.get_filename_list(folder), {}]}}]}
    return {"error": {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation"},
            "node_errors": found} if found else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments): pass

    def answer(self, value, status=200, kind="application/json"):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = {key: values[0] for key, values in urllib.parse.parse_qs(url.query).items()}
        parts = [urllib.parse.unquote(part) for part in url.path.split("/")[1:]]
        if parts[0] == "reprofs":
            return self.page(query, b"")
        if url.path == "/ws":
            return self.socket(query.get("clientId"))
        if url.path == "/system_stats":
            with open(os.path.join(ANSWERS, "system_stats.json")) as file:
                stats = json.load(file)
            stats["system"].update(comfyui_version=comfyui_version.__version__, python_version=sys.version, argv=sys.argv)
            return self.answer(stats)
        if parts[0] == "object_info" and len(parts) == 2:
            return self.answer({parts[1]: nodes.info(parts[1])} if parts[1] in nodes.KINDS else {})
        if parts[0] == "models" and len(parts) == 2:
            known = parts[1] in folder_paths.folder_names_and_paths
            return self.answer(folder_paths.get_filename_list(parts[1]) if known else {}, 200 if known else 404)
        if url.path == "/internal/folder_paths":
            return self.answer({name: paths for name, (paths, _) in folder_paths.folder_names_and_paths.items()})
        if parts[0] == "history" and len(parts) == 2:
            known = prompts.history.get(parts[1])
            return self.answer({parts[1]: known} if known else {})
        if url.path == "/queue":
            with prompts.lock:
                return self.answer({"queue_running": list(prompts.currently_running.values()), "queue_pending": prompts.items})
        if url.path == "/view":
            path = os.path.join(base, query.get("type", "output"), query.get("subfolder", ""), query["filename"])
            with open(path, "rb") as file:
                return self.answer(file.read(), kind="image/png")
        self.answer({"error": "not found"}, 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/upload/image":
            return self.upload(body)
        if self.path.startswith("/reprofs/"):
            return self.page({}, body)
        data = json.loads(body or b"{}")
        if self.path == "/prompt":
            refused = problems(data["prompt"])
            if refused:
                return self.answer(refused, 400)
            id = str(uuid.uuid4())
            prompts.put((0, id, data["prompt"], {**data.get("extra_data", {}), "client_id": data.get("client_id")}, []))
            return self.answer({"prompt_id": id, "number": 0, "node_errors": {}})
        if self.path == "/free":
            for name, value in data.items():
                prompts.set_flag(name, value)
        self.answer({})

    def page(self, query, body):
        """What the node pack's own pages are answered with; its runs go on between requests."""
        pack = sys.modules.get("reprofs.page")
        if pack is None:
            return self.answer({"error": "not found"}, 404)
        called = pack.answer(self.command, self.path.partition("?")[0], self.headers, query, body)
        status, told = asyncio.run_coroutine_threadsafe(called, loop).result(60)
        self.answer(told, status)

    def upload(self, body):
        message = email.parser.BytesParser().parsebytes(b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n" + body)
        fields, name, content = {}, None, b""
        for part in message.get_payload():
            key = part.get_param("name", header="content-disposition")
            if key == "image":
                name, content = part.get_filename(), part.get_payload(decode=True)
            else:
                fields[key] = part.get_payload()
        directory = os.path.join(base, fields.get("type", "input"), fields.get("subfolder", ""))
        os.makedirs(directory, exist_ok=True)
        with open(os.path.join(directory, name), "wb") as file:
            file.write(content)
        self.answer({"name": name, "subfolder": fields.get("subfolder", ""), "type": fields.get("type", "input")})

    def socket(self, client):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        sockets.sockets[client] = self.connection
        sockets.tell(client, "status", {"sid": client})
        while self.connection.recv(4096):
            pass
        sockets.sockets.pop(client, None)
        self.close_connection = True
