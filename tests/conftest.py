"""For every test: nothing connects to anything but this machine. A hub of models stands on it."""

import hashlib
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

ABROAD: list[str] = []


def _is_here(address: object) -> bool:
    """A loopback address, or a socket of the file system."""
    if not isinstance(address, tuple):
        return True
    try:
        return ip_address(str(address[0]).partition("%")[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


@pytest.fixture(autouse=True, scope="session")
def _no_way_out() -> Iterator[None]:
    """Refuse connections to other machines, and remember them: the code under test may swallow the refusal."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if not _is_here(address):
            ABROAD.append(str(address))
            raise ConnectionRefusedError(f"tests stay on this machine, but this one asked for {address}")
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True)
def _stayed_here() -> Iterator[None]:
    """Fail the test that asked for another machine."""
    ABROAD.clear()
    yield
    assert ABROAD == []


COMMIT = "0123456789abcdef0123456789abcdef01234567"
LFS = (".safetensors", ".spm", ".bin")


@dataclass
class Hub:
    """Answers as the Hub of models does, for what the tests put on it."""

    url: str = ""
    models: dict[str, dict[str, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    cuts: dict[str, list[int]] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    lies: dict[str, bytes] = field(default_factory=dict)

    def put(self, name: str, files: dict[str, bytes]) -> None:
        """A model at ``COMMIT``."""
        self.models[name] = files

    def put_folder(self, name: str, folder: Path) -> None:
        """The files of a folder, as a model."""
        self.put(name, {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()})

    def fetched(self, file: str) -> list[str | None]:
        """The ``Range`` of each request for a file."""
        return [given for method, path, given in self.asked if method == "GET" and path.endswith(f"/{file}")]

    def answer(self, method: str, path: str, given: str | None) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        self.asked.append((method, path, given))
        parts = path.strip("/").split("/")
        name = "/".join(parts[2:4] if parts[0] == "api" else parts[:2])
        if name not in self.models:
            return 404, {"X-Error-Code": "RepoNotFound"}, b""
        if name in self.gated:
            return 403, {"X-Error-Code": "GatedRepo"}, b""
        if COMMIT not in parts:
            return 404, {"X-Error-Code": "RevisionNotFound"}, b""
        files = self.models[name]
        if parts[0] == "api":
            listing = [_entry(file, body) for file, body in files.items()]
            told: Any = [_leaf(file, body) for file, body in files.items()]
            if parts[4] == "revision":
                told = {"id": name, "sha": COMMIT, "siblings": listing, "cardData": {"license": "apache-2.0"}}
            return 200, {"Content-Type": "application/json"}, json.dumps(told).encode()
        file = "/".join(parts[4:])
        body = self.lies.get(file, files[file])
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{_hashes(files[file])[1]}"', "Accept-Ranges": "bytes"}
        if given is None:
            return 200, headers, body
        start = int(given.removeprefix("bytes=").partition("-")[0])
        return 206, headers | {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}, body[start:]


def _hashes(body: bytes) -> tuple[str, str]:
    blob = hashlib.sha1(b"blob %d\0" % len(body) + body, usedforsecurity=False).hexdigest()
    return blob, hashlib.sha256(body).hexdigest()


def _entry(file: str, body: bytes) -> dict[str, Any]:
    blob, sha256 = _hashes(body)
    entry: dict[str, Any] = {"rfilename": file, "size": len(body), "blobId": blob}
    return entry | ({"lfs": {"sha256": sha256, "size": len(body), "pointerSize": 1}} if file.endswith(LFS) else {})


def _leaf(file: str, body: bytes) -> dict[str, Any]:
    blob, sha256 = _hashes(body)
    leaf: dict[str, Any] = {"type": "file", "path": file, "size": len(body), "oid": blob}
    return leaf | ({"lfs": {"oid": sha256, "size": len(body), "pointerSize": 1}} if file.endswith(LFS) else {})


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve a hub on this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            status, headers, body = hub.answer(self.command, path, self.headers["Range"])
            self.send_response(status)
            for header, value in headers.items():
                self.send_header(header, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "HEAD":
                return
            cuts = hub.cuts.get(path.rpartition("/")[2])
            if cuts:
                body = body[: cuts.pop(0)]
                self.close_connection = True
            self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub of models on this machine, with nothing on it."""
    with serving(Hub()) as served:
        yield served


@pytest.fixture(scope="session")
def commit() -> str:
    """The one commit of every model of the hub."""
    return COMMIT
