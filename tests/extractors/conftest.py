"""A site on the loopback that answers as each test tells it to, well or badly."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as the site saw it; header names in lower case."""

    host: str
    path: str
    headers: dict[str, str]


Answer = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Site:
    """Answers by path, whatever the host; ``asked`` keeps every request."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """What ``connect_to`` takes."""
        return f"127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        """Paths asked for, in order."""
        return [asked.path for asked in self.asked]

    def acts(self, path: str, answer: Answer) -> None:
        """Let a coroutine answer a path."""
        self.answers[path] = answer

    def sends(self, path: str, raw: bytes) -> None:
        """Answer a path with these very bytes, then close."""

        async def answer(_asked: Asked, writer: asyncio.StreamWriter) -> None:
            writer.write(raw)

        self.acts(path, answer)

    def says(self, path: str, body: bytes = b"", status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Answer a path soundly."""
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.sends(path, "\r\n".join([*lines, "", ""]).encode() + body)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
            asked = Asked(host=headers["host"], path=first.split()[1], headers=headers)
            self.asked.append(asked)
            place = asked.path.partition("?")[0]
            if place in self.answers:
                await self.answers[place](asked, writer)
            else:
                writer.write(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A running site."""
    it, started = Site(), threading.Event()
    loop = asyncio.new_event_loop()

    async def run(stop: asyncio.Event) -> None:
        server = await asyncio.start_server(it.handle, "127.0.0.1", 0)
        it.port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(run(stop)))
    thread.start()
    started.wait()
    yield it
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost and h.example that nobody has signed, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.DNSName("h.example")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + timedelta(days=36500))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return file
