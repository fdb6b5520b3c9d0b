"""The media types that answers come in, and the one that an Accept header would have most."""

from collections.abc import Iterable
from contextlib import suppress

import pyoxigraph as ox

RESULTS = {form.media_type.partition(";")[0]: form for form in (
    ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML, ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV
)}  # fmt: skip
TRIPLES = {form.media_type: form for form in (
    ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD
)}  # fmt: skip


def preferred(accept: str, offers: Iterable[str]) -> str:
    """The media type that an Accept header would have most of those on offer, "" if none.

    >>> preferred("text/csv;q=0.5, application/*;q=0.8, */*;q=0.1", ["text/csv", "application/json"])
    'application/json'
    >>> preferred("text/html", ["text/csv"])
    ''
    """
    wishes: dict[str, float] = {}
    for part in accept.lower().split(","):
        media_range, *parameters = (each.strip() for each in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                with suppress(ValueError):
                    weight = float(parameter[2:])
        wishes[media_range] = weight
        wishes.setdefault(_OTHER_NAMES.get(media_range, media_range), weight)

    def wish(offer: str) -> float:
        ranges = (offer, f"{offer.partition('/')[0]}/*", "*/*")
        return next((wishes[each] for each in ranges if each in wishes), 0.0)

    best = max(offers, key=wish)
    return best if wish(best) > 0 else ""


_OTHER_NAMES = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
    "text/plain": "application/n-triples",
    "application/x-turtle": "text/turtle",
}
