"""RSS and Atom, by feedparser: each entry of a feed is an article. As with pages, `confined` is where it is let run."""

import io
from hashlib import sha256
from typing import Any

import feedparser

from .addresses import article_id, is_address, without_tracking
from .markup import fragment


def entries(raw: bytes, address: str = "", charset: str = "") -> list[dict[str, Any]]:
    """The fields of the entries of a feed that is at an address; ValueError if it is none, or has none."""
    kind = f"application/xml; charset={charset}" if charset else "application/xml"
    headers = {"content-type": kind, "content-location": address}
    parsed = feedparser.parse(  # from bytes alone: what looks like a name or an address it would open
        io.BytesIO(raw), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not parsed.get("version"):
        raise ValueError("no RSS or Atom feed")
    if not parsed.entries:
        raise ValueError("this feed has no entries")
    source = _line(parsed.feed.get("title_detail"))
    return [{**_fields(entry), "source": source} for entry in parsed.entries]


def _fields(entry: Any) -> dict[str, Any]:
    link = entry.get("link") or ""
    link = without_tracking(link) if is_address(link) else ""
    title = _line(entry.get("title_detail"))
    texts = [_text(part) for part in [*entry.get("content", []), entry.get("summary_detail")]]
    text = max(texts, key=len)
    named = link or entry.get("id") or ""
    by_content = f"entry-{sha256(repr((title, text)).encode('utf-8', 'replace')).hexdigest()[:12]}"
    return {
        "id": article_id(named) if named else by_content,
        "title": title,
        "text": text,
        "published": _day(entry.get("published_parsed") or entry.get("updated_parsed")),
        "url": link,
    }


def _text(part: Any) -> str:
    """The text of a part of an entry, which is HTML unless it says that it is not."""
    if not part or not part.get("value"):
        return ""
    return str(part.value).strip() if part.get("type") == "text/plain" else fragment(part.value)


def _line(part: Any) -> str:
    return " ".join(_text(part).split())


def _day(parsed: Any) -> str:
    """A day in ISO form; empty if the feed has none, or one that no calendar has."""
    if not parsed or not 1 <= parsed[0] <= 9999:
        return ""
    return f"{parsed[0]:04}-{parsed[1]:02}-{parsed[2]:02}"
