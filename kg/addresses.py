"""Addresses of the web: what they look like, what articles at them are called, and which machines may be asked."""

import re
import socket
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeGuard
from urllib.parse import urlsplit, urlunsplit

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(//|(?<=file:)|(?<=data:))", re.IGNORECASE)
_NAT64 = IPv6Network("64:ff9b::/96")


def is_address(place: object) -> TypeGuard[str]:
    """Whether a place is an address that can be fetched.

    >>> is_address("https://a.example/news"), is_address("news.txt"), is_address("file:///etc/passwd")
    (True, False, False)
    """
    return isinstance(place, str) and place.lower().startswith(("http://", "https://"))


def has_other_scheme(place: object) -> bool:
    """Whether a place is an address that is not fetched: of a file, of data, of another protocol.

    >>> has_other_scheme("file:///etc/passwd"), has_other_scheme("data:,x"), has_other_scheme("C:news.txt")
    (True, True, False)
    """
    return isinstance(place, str) and not is_address(place) and bool(_SCHEME.match(place))


def without_tracking(address: str) -> str:
    """An address without its fragment, a password, and the parameters that tell where a reader comes from.

    >>> without_tracking("https://me:secret@a.example/news?id=7&utm_source=rss#top")
    'https://a.example/news?id=7'
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    query = "&".join(p for p in parts.query.split("&") if not p.lower().startswith("utm_"))
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def article_id(address: str) -> str:
    """What the article at an address is called, wherever it comes from: as page, in a feed, or in an archive.

    >>> article_id("https://a.example/2026/Muse-Spark/?utm_source=rss"), article_id("http://a.example/2026/Muse-Spark/")
    ('muse-spark-d1d693a5f4', 'muse-spark-d1d693a5f4')
    """
    place = re.sub(r"^https?://", "", without_tracking(address), flags=re.IGNORECASE)
    host, _, path = place.partition("/")
    words = re.sub(r"\.\w{1,5}$", "", path.partition("?")[0].strip("/").rpartition("/")[2])
    name = re.sub(r"[^a-z0-9]+", "-", (words or host).lower()).strip("-")[:60]
    return f"{name or 'article'}-{sha256(place.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def resolve(host: str, port: int, allow_private: bool) -> list[str]:
    """The IP addresses of a host; ValueError if one of them may not be asked, OSError if it has none.

    What is connected to is an address that was checked, and not the name, which may lead elsewhere a moment later.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    places = list(dict.fromkeys(str(each[4][0]) for each in found))
    closed = [place for place in places if not (allow_private or is_public(place))]
    if closed:
        at = "" if host == closed[0] else f" at {closed[0]}"
        raise ValueError(f"{host} is{at} within a private network; --allow-private fetches from there too")
    return places


def is_public(place: str) -> bool:
    """Whether an IP address belongs to the internet at large, and so do those that it stands for.

    >>> [is_public(place) for place in ("93.184.215.14", "127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1")]
    [True, False, False, False, False]
    """
    address = ip_address(place)
    if isinstance(address, IPv6Address):
        if address.sixtofour or address.teredo:
            return False  # tunnels to an IPv4 address; nobody serves there
        inner = IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address.ipv4_mapped
        address = inner or address
    return address.is_global and not (address.is_multicast or address.is_reserved)
