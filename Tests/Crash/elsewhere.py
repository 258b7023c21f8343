"""Another store, behind a web server, from which models come when they are read."""
import contextlib, http.server, os, sys, threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer(send=True)

    def answer(self, send=False):
        try:
            with open(self.server.directory + self.path, "rb") as file:
                data = file.read()
        except OSError:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        wanted, size = self.headers.get("Range"), len(data)
        if wanted:
            first, last = map(int, wanted.removeprefix("bytes=").split("-"))
            data = data[first : last + 1]
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if send:
            self.wfile.write(data)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *request):
        # A mount that ends hangs up.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(*request)


@contextlib.contextmanager
def served(directory):
    """The address of a store's directory."""
    with Server(("127.0.0.1", 0), Handler) as server:
        server.directory = directory
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def fill(commands, directory, image, model):
    """Makes the store there, with one image's large model, pinned as `far`."""
    for path, data in (("models/checkpoints/model.safetensors", model), ("output/far_00001_.png", image + b"far")):
        os.makedirs(os.path.dirname(os.path.join(directory, path)), exist_ok=True)
        with open(os.path.join(directory, path), "wb") as file:
            file.write(data)
    commands("init"), commands("add", "--move", os.path.join(directory, "models"))
    name = commands("snapshot", os.path.join(directory, "output/far_00001_.png")).split()[0]
    commands("pin", name, "far")
