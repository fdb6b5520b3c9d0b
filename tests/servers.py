"""Real servers for tests, on ports that the system chooses, and their processes."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import BinaryIO
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ROOT = Path(__file__).parent.parent
KG = [sys.executable, "-c", "from kg.cli import main; main()"]


@dataclass(frozen=True)
class Server:
    """A running server: the address that answers SPARQL, what it said before, and its process."""

    url: str
    said: str
    process: subprocess.Popen[str]

    @property
    def workers(self) -> set[int]:
        """The processes that it started, by number."""
        listed = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return {int(pid) for path in listed for pid in path.read_text(encoding="ascii").split()}

    @property
    def memory(self) -> int:
        """The bytes that it and its workers hold."""
        pids = {self.process.pid, *self.workers}
        pages = [int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) for pid in pids]
        return sum(pages) * os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Message
    body: bytes


def send(url: str, body: bytes | None = None, method: str | None = None, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urlopen(Request(url, body, named, method=method), timeout=60) as reply:
            return Reply(reply.status, reply.headers, reply.read())
    except HTTPError as error:
        with error:
            return Reply(error.code, error.headers, error.read())


@contextmanager
def serving(graph: object, *arguments: object, **environment: str) -> Iterator[Server]:
    """`kg serve`, until the block ends."""
    command = [*KG, "serve", str(graph), "--port", "0", *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env)
    try:
        said = ""
        while not (found := re.search(r"http://\S+/sparql", said)):
            line = process.stderr.readline()
            assert line, f"kg serve ended: {said}"
            said += line
        yield Server(found[0], said, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        finally:
            process.kill()
            process.stderr.close()


@contextmanager
def oxigraph(folder: Path, port: int = 0) -> Iterator[Server]:
    """A server of Oxigraph, which is another programme than kg, over the store in a folder."""
    program = shutil.which("oxigraph", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    assert program, "oxigraph is not installed; it comes with the extra test"
    command = [program, "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
    try:
        while not (port := listens_at(process.pid)):
            assert process.poll() is None, "oxigraph serve ended"
            time.sleep(0.02)
        yield Server(f"http://127.0.0.1:{port}", "", process)
    finally:
        process.kill()
        process.wait(10)


def listens_at(pid: int) -> int:
    """The port that a process listens at, 0 if it does not yet."""
    links = set()
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            links.add(str(path.readlink()))
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in links:
            return int(fields[1].split(":")[1], 16)
    return 0


class Proxy:
    """Passes bytes between clients and a server on this machine, and cuts connections as it is told."""

    def __init__(self, target: str) -> None:
        self.target = int(target.rpartition(":")[2])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections = 0
        self.requests: list[bytes] = []
        self.paths: dict[str, str] = {}  # what paths are called on this side, and on the other
        self.cut_request = lambda number: False  # which requests are cut before the server has them whole
        self.cut_reply = lambda number: False  # whose reply is cut after the server has done what they ask
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)  # or accept would go on
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self.target), 10) as server:
            source, reply = client.makefile("rb"), server.makefile("rb")
            while request := _message(source):
                number = len(self.requests)
                self.requests.append(request)
                if self.cut_request(number):
                    server.sendall(request[: len(request) // 2])
                    return
                server.sendall(self._translated(request))
                answer = _message(reply)
                if self.cut_reply(number):
                    has_body = not answer.endswith(b"\r\n\r\n")
                    client.sendall(answer[: len(answer) // 2] if has_body else b"")  # half a head would do
                    return
                client.sendall(answer)

    def _translated(self, request: bytes) -> bytes:
        if not self.paths:
            return request
        method, target, rest = request.split(b" ", 2)
        path, mark, query = target.decode().partition("?")
        return b" ".join([method, f"{self.paths.get(path, '/nowhere')}{mark}{query}".encode(), rest])


def _message(source: BinaryIO) -> bytes:
    """One HTTP message, whole; nothing if the connection ends before one begins."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = source.readline()
        if not line:
            return b""
        head += line
    if length := re.search(rb"(?i)content-length: (\d+)", head):
        return head + source.read(int(length[1]))
    if not re.search(rb"(?i)transfer-encoding: chunked", head):
        return head
    body = b""
    while True:
        size = source.readline()
        chunk = source.read(int(size, 16) + 2)
        body += size + chunk
        if int(size, 16) == 0:
            return head + body
