"""Pages that were fetched before, in a folder, with what their servers want to be asked by: has it changed since?"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from .whole import new_file

_RIGHTS = 0o600  # what was fetched from a private network is for who fetched it
_TAGS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


class Reply(NamedTuple):
    """What an address answered: where it was in the end, its media type and charset, and the body."""

    address: str
    kind: str
    charset: str
    body: bytes


class Cache:
    """Replies in a folder, one file each: a line of JSON, then the body."""

    def __init__(self, folder: Path) -> None:
        """A cache in a folder, which is made when the first reply is kept."""
        self.folder = folder

    def get(self, address: str) -> tuple[Reply, Mapping[str, str]] | None:
        """The last reply of an address, and the headers to ask with whether it has changed."""
        try:
            line, _, body = self._path(address).read_bytes().partition(b"\n")
            head = json.loads(line)
            whole = head["address"] == address and head["size"] == len(body)
            return (Reply(address, head["kind"], head["charset"], body), head["tags"]) if whole else None
        except (OSError, ValueError, KeyError, TypeError):
            return None  # never kept, or cut off: it is fetched anew

    def put(self, reply: Reply, headers: Mapping[str, str]) -> None:
        """Keeps a reply, if its server said by what to ask again; OSError if the folder cannot be written."""
        tags = {ask: headers[tag] for tag, ask in _TAGS.items() if headers.get(tag)}
        if not tags or "no-store" in headers.get("Cache-Control", "").lower():
            return
        head = {**reply._asdict(), "body": None, "size": len(reply.body), "tags": tags}
        self.folder.mkdir(parents=True, exist_ok=True)
        with new_file(self._path(reply.address), _RIGHTS) as file:
            file.write(json.dumps(head).encode() + b"\n" + reply.body)

    def _path(self, address: str) -> Path:
        return self.folder / sha256(address.encode()).hexdigest()[:40]
