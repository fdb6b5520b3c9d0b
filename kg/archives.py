"""Files that hold many articles, and packed ones: WARC, Parquet, gzip and Zstandard. Nothing is held but one article.

.warc          the pages that a crawler got; the address, and the day where the page has none, are the crawler's
.parquet       one article a row, see `parquet`
.gz .zst       any of the other forms, packed
"""

import gzip
import io
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .addresses import article_id, without_tracking
from .confined import Confined
from .records import Record, Source, failed, in_line, needed, whole

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from fastwarc.warc import WarcRecord

PACKED = (".gz", ".zst")
_FREE = 16 * 2**20  # bytes that any file may unpack to
_RATIO = 250  # beyond that, how much larger it may become: news become 3 to 15 times as large, zeros 1,000 and more
_PACKED_AT_ONCE = 2**11  # bytes of .zst, which become 64 MB at most
_WINDOW = 2**27  # bytes that a .zst may ask to be kept; its programme takes no more either, unless told to


@contextmanager
def opened(path: Path, packed: str = "") -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked; ValueError if it is none (a pipe, a device), or not packed so."""
    with ExitStack() as until:
        file = until.enter_context(os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb"))
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("a pipe or a device, not a file; give - and let it come in on standard input")
        if packed:
            yield io.BufferedReader(until.enter_context(_Unpacked(file, packed)), 2**16)
        else:
            yield file


class _Unpacked(io.RawIOBase):
    """What a packed file holds, unless it becomes suspiciously large."""

    def __init__(self, file: BinaryIO, packed: str) -> None:
        self._file = file
        self._count = 0
        self._inner: Any
        self._faults: tuple[type[Exception], ...]
        if packed == ".gz":
            self._inner, self._faults = gzip.GzipFile(fileobj=file), (gzip.BadGzipFile, zlib.error, EOFError)
            return
        zstandard = needed("zstandard", ".zst")
        unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        self._inner, self._faults = _Frames(file, unpacker.decompressobj), (zstandard.ZstdError, EOFError)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        try:
            part = self._inner.read(len(view))
        except self._faults as error:
            raise ValueError(f"cannot be unpacked: {error}") from error
        self._count += len(part)
        if self._count > _FREE and self._count > _RATIO * self._file.tell():
            raise ValueError(f"unpacks to more than {_RATIO} times its size; unpack it yourself if that is right")
        view[: len(part)] = part
        return len(part)


class _Frames:
    """The frames of a .zst; EOFError if the last is cut off, which the reader of zstandard itself passes over."""

    def __init__(self, file: BinaryIO, frame: Callable[[], Any]) -> None:
        self._file = file
        self._new = frame
        self._frame: Any = None
        self._packed = b""
        self._ready = io.BytesIO()

    def read(self, size: int) -> bytes:
        while not (part := self._ready.read(size)):
            packed = self._packed or self._file.read(_PACKED_AT_ONCE)
            if not packed:
                if self._frame:
                    raise EOFError("it ends before what it holds does")
                return b""
            self._frame = self._frame or self._new()
            self._ready = io.BytesIO(self._frame.decompress(packed))
            self._packed = self._frame.unused_data
            self._frame = None if self._frame.eof else self._frame
        return part


class _Forward:
    """A file that is read from its start to its end, and knows where it is, as the reader of WARC wants it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(size)
        self._at += len(part)
        return part

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if (whence, offset) not in ((io.SEEK_CUR, 0), (io.SEEK_SET, self._at)):
            raise io.UnsupportedOperation("seek")
        return self._at


def warc(source: Source, confined: Confined) -> Iterator[Record]:
    """The pages in an archive of the web: what servers answered with status 200 and HTML."""
    module = needed("fastwarc.warc", "WARC")
    try:
        records = module.ArchiveIterator(
            _Forward(source.file), record_types=module.WarcRecordType.response, auto_decode="all", stream_detect=False
        )
        for record in records:
            headers = record.http_headers
            if headers is not None and headers.status_code == 200 and "html" in (record.http_content_type or ""):
                yield _page(record, source, confined)
    except (OSError, ValueError) as error:
        raise ValueError(f"broken WARC: {error}") from error


def _page(record: "WarcRecord", source: Source, confined: Confined) -> Record:
    address = str(record.headers.get("WARC-Target-URI") or "").strip("<>")
    where = f"{source.where}, {in_line(address)[:200]}"
    name = article_id(address)
    try:
        fields = dict(confined.page(whole(record.reader), record.http_charset or ""))
    except (OSError, ValueError) as error:
        return failed(where, name, error)
    day = record.record_date.date().isoformat() if record.record_date else ""
    fields["url"] = without_tracking(address)
    fields["published"] = fields["published"] or day
    return Record(where, name, fields)


def parquet(source: Source, confined: Confined) -> Iterator[Record]:
    """The rows of a table, each an article."""
    for n, fields in enumerate(confined.table(f"/proc/{os.getpid()}/fd/{source.file.fileno()}"), 1):
        yield Record(f"{source.where}, row {n}", f"{source.name}-{n}", fields)
