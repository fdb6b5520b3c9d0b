"""Extractors for processes to load, in a module of their own so that these load nothing else."""

import os
import time
from collections.abc import Iterable, Iterator

from kg.errors import ModelError
from kg.model import Article, Extraction


class Reads:
    """An extractor that finds nothing, and does what the id of an article says."""

    def extract_all(self, articles: Iterable[Article]) -> Iterator[Extraction]:
        for article in articles:
            if article.id == "hang":
                time.sleep(60)
            if article.id == "die":
                os._exit(1)
            if article.id == "fail":
                raise ValueError("no such thing")
            yield Extraction(article, (), ())


def load() -> Reads:
    return Reads()


def broken() -> Reads:
    raise ModelError("no pipeline")
