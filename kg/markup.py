"""The text of web pages, by trafilatura. It may take any time and memory: `confined` is where it is let run."""

import codecs
import re
from typing import Any

from trafilatura import bare_extraction, html2txt
from trafilatura.settings import use_config

_META = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Charsets of pages, as Python calls them. It knows other codecs, too, that take their time (punycode) or are no charset
# at all (unicode_escape, undefined).
_CHARSETS = re.compile(
    r"ascii|utf-8|utf-16(-[lb]e)?|iso8859-\d+|cp\d+|koi8-[rut]|mac-\w+|tis-620|gb18030|gbk|gb2312|hz|big5(hkscs)?"
    r"|shift_jis|euc_(jp|kr)|iso2022_jp"
)
# No search of the whole page, which takes a copyright's year for a date; and no limit that moves with the clock.
_PAGE_DATES = {"extensive_search": False, "original_date": True, "min_date": "1990-01-01", "max_date": "2200-01-01"}
_SHORT = use_config()
_SHORT.set("DEFAULT", "MIN_EXTRACTED_SIZE", "0")  # below 250 characters, it breaks lines at every link and bold word


def page(raw: bytes, charset: str = "") -> dict[str, Any]:
    """The fields of the article in a web page; ValueError if it has none, or is in another charset than it says."""
    found = bare_extraction(
        unpacked(raw, charset), include_comments=False, with_metadata=True, date_extraction_params=_PAGE_DATES
    )
    if found is None or isinstance(found, dict) or not found.text:
        raise ValueError("no text of an article is found in this page")
    title, text = found.title or "", found.text.removeprefix(found.title or "").strip()
    return {"title": title, "text": text, "published": found.date, "url": found.url, "source": found.sitename}


def fragment(html: str) -> str:
    """The text of a piece of HTML that is all of an article.

    >>> fragment("It is <b>new</b> and <a href='x'>fast</a>.<br>So far.")
    'It is new and fast.\\nSo far.'
    """
    document = f"<html><body><article><p>{html}</p></article></body></html>"
    found = bare_extraction(document, fast=True, include_comments=False, config=_SHORT)
    text = "" if found is None or isinstance(found, dict) else found.text
    return (text or html2txt(document)).strip()


def unpacked(raw: bytes, charset: str = "") -> str:
    """The text of a page: by the mark at its start, as UTF-8 if that fits, as its sender says, or as it says itself."""
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return _decoded(raw, name)
    meta = _META.search(raw[:4096])
    declared = charset or (meta[1].decode("ascii") if meta else "")
    if declared.lower().startswith("utf-16") and charset:
        return _decoded(raw, declared)  # which may well be UTF-8, too
    if not charset and raw.count(0) * 4 > len(raw):
        raise ValueError("not UTF-8 but, as it seems, UTF-16; save it as UTF-8")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return _decoded(raw, declared or "utf-8")


def _decoded(raw: bytes, charset: str) -> str:
    try:
        name = codecs.lookup(charset).name.removesuffix("-sig")
        if not _CHARSETS.fullmatch(name):
            raise LookupError
        if name in ("ascii", "iso8859-1"):  # what browsers take both for
            return raw.decode("cp1252", "replace")
        return raw.decode("utf-8-sig" if name == "utf-8" else name)
    except (UnicodeError, LookupError) as error:
        at = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
        raise ValueError(f"not {charset.upper().removesuffix('-SIG')}{at}; save it as UTF-8") from error
