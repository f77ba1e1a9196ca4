"""What an instance finds around it: its metadata service (version 2 only), and a way to S3 that can be cut.

Takes its configuration as JSON in the first argument. Each line on standard input is how the way to S3 is from now on: open,
closed, or a number of bytes after which every answer is cut off. Ends with its standard input.
"""

import json
import secrets
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CONFIGURATION: dict[str, Any] = json.loads(sys.argv[1])


class Metadata(BaseHTTPRequestHandler):
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html"""

    instances: dict[str, Any]
    tokens: set[str]

    def do_PUT(self) -> None:
        if self.path != "/latest/api/token" or not 1 <= int(self.headers["X-aws-ec2-metadata-token-ttl-seconds"]) <= 21600:
            return self.answer(400, "")
        token = secrets.token_urlsafe()
        self.tokens.add(token)
        self.answer(200, token)

    def do_GET(self) -> None:
        if self.headers["X-aws-ec2-metadata-token"] not in self.tokens:
            return self.answer(401, "")
        instance = self.instances.get(self.client_address[0]) or self.instances.get("any", {})
        documents = {path: as_text(document) for path, document in instance.items()}
        if self.path in documents:
            self.answer(200, documents[self.path])
        else:
            self.answer(404, "")

    def answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: Any) -> None:
        pass


def as_text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


class WayToS3:
    def __init__(self, port: int, target: int) -> None:
        self.port, self.target = port, target
        self.limit: int | None = None
        self.listener: socket.socket | None = None

    def change(self, state: str) -> None:
        if self.listener is not None:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        if state == "closed":
            return
        self.limit = None if state == "open" else int(state)
        self.listener = socket.create_server(("", self.port))
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            for source, sink, limit in ((client, server, None), (server, client, self.limit)):
                threading.Thread(target=forward, args=(source, sink, limit), daemon=True).start()


def forward(source: socket.socket, sink: socket.socket, limit: int | None) -> None:
    left = limit
    try:
        while data := source.recv(65536 if left is None else min(left, 65536)):
            sink.sendall(data)
            if left is not None:
                left -= len(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        sink.close()


def main() -> None:
    # By port, and then by the address of whoever asks.
    for port, instances in CONFIGURATION["metadata"].items():
        handler = type("Instances", (Metadata,), {"instances": instances, "tokens": set()})
        server = ThreadingHTTPServer(("169.254.169.254", int(port)), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    way = WayToS3(**CONFIGURATION["s3"])
    way.change("open")
    print("ready", flush=True)
    for line in sys.stdin:
        way.change(line.strip())
        print("changed", flush=True)


main()
