"""Real servers for tests, on ports that the system chooses, and their processes."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ROOT = Path(__file__).parent.parent
KG = [sys.executable, "-c", "from kg.cli import main; main()"]


@dataclass(frozen=True)
class Server:
    """A running server: its address, what it said before, and its process."""

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
        while not (found := re.search(r"http://\S+", said)):
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
