"""Articles read on a Ray cluster, where one machine would read too long.

    files ─► articles ─► extract ─► shards ─► `kg import`, or any SPARQL store

    dataset = kg.ray.extract(ray.data.read_parquet("s3://…"))     # rows with id, title, text, published, url, source
    kg.ray.write_shards(dataset, "shards")                        # N-Quads, gzipped; their union is the graph

Each actor loads the extractor once. What an article says depends on it alone, so Ray reads again elsewhere what an
actor or a machine that is lost was reading, and the union of all shards is what one machine would have made.
"""

import gzip
import logging
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from .articles import read_articles
from .errors import ArticleError, KgError
from .graph import Graph, layout_mark
from .model import Article, Extraction
from .parallel import load_extractor, loaded, read_some
from .process import tune
from .quads import article_quads
from .whole import write_atomically

if TYPE_CHECKING:
    import numpy as np
    from ray.data import Dataset as Rows

    from .ontology import Ontology

    Batch = dict[str, np.ndarray[Any, Any]]

BATCH = 16  # articles that an actor is given at a time
_FIELDS = ("id", "title", "text", "published", "url", "source")


def connect(address: str, quiet: bool = False) -> None:
    """Joins the cluster at an address, or makes one of this machine's cores if it is "local"; KgError if it cannot."""
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise KgError("a build on a cluster needs Ray: pip install 'technews-kg[ray]'") from error
    here: dict[str, Any] = {"include_dashboard": False} if address == "local" else {}
    try:
        ray.init(address, log_to_driver=False, logging_level=logging.ERROR, ignore_reinit_error=True, **here)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise KgError(f"{address}: no Ray cluster can be joined here: {' '.join(str(error).split())}") from error
    if quiet:
        ray.data.DataContext.get_current().enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)


def articles(places: Iterable[str | Path]) -> "Rows":
    """A Ray dataset of the articles in files, and in folders of files, that all machines can read; a file is a task."""
    import ray

    paths = [path for place in map(Path, places) for path in (sorted(place.rglob("*")) if place.is_dir() else [place])]
    files = [{"file": str(path)} for path in paths if not path.is_dir()]
    return ray.data.from_items(files).flat_map(_rows)


def extract(
    dataset: "Rows", ontology: Path | None = None, model: str | None = None, batch: int = BATCH
) -> "Rows":
    """What the articles of a dataset say: rows with the article's id, its named graph as N-Quads, or else an error.

    The columns are those of Parquet files: id, title, text, published, url, source; all but id and text may be missing.
    """
    from ray.data import ActorPoolStrategy

    return dataset.map_batches(
        _Reader,
        fn_constructor_args=(ontology, model),
        batch_size=batch,
        num_cpus=1,
        compute=ActorPoolStrategy(min_size=1, max_size=_cores()),
    )


def write_shards(dataset: "Rows", folder: str | Path) -> list[KgError]:
    """Writes what `extract` gives as files `HASH.nq.gz` into a folder that all machines can write, a block a file.

    Gives the errors of articles that could not be read. A block that is written twice is one file.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    written = dataset.map_batches(partial(_write, folder=Path(folder)), batch_size=None)
    return [ArticleError(row["error"]) for row in written.iter_rows()]


def shards(dataset: "Rows", ontology: "Ontology", count: int = 256) -> Iterator[Graph | KgError]:
    """What `extract` gives as graphs of so many articles, to be merged into one, and the errors."""
    quads: list[str] = []
    for row in dataset.iter_rows():
        if row["error"]:
            yield ArticleError(row["error"])
            continue
        quads.append(row["quads"])
        if len(quads) == count:
            yield _graph(quads, ontology)
            quads = []
    if quads:
        yield _graph(quads, ontology)


def _graph(quads: Iterable[str], ontology: "Ontology") -> Graph:
    store = ox.Store()
    store.bulk_load("".join(quads), format=ox.RdfFormat.N_QUADS)
    return Graph(store, None, ontology)


def _cores() -> int:
    import ray

    return max(1, int(ray.cluster_resources().get("CPU", 1)))  # type: ignore[no-untyped-call]


def _rows(row: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for each in read_articles([row["file"]]):
        if isinstance(each, Article):
            yield {field: getattr(each, field) or "" for field in _FIELDS} | {"error": ""}
        else:
            yield dict.fromkeys(_FIELDS, "") | {"error": str(each)}


class _Reader:
    """An actor that reads articles."""

    def __init__(self, ontology: Path | None, model: str | None) -> None:
        tune()
        self._extractor = loaded(partial(load_extractor, ontology, model))

    def __call__(self, batch: "Batch") -> "Batch":
        import numpy as np

        count = len(batch["id"])
        columns = [map(str, batch[field]) if field in batch else [""] * count for field in _FIELDS]
        errors = list(map(str, batch.get("error", [""] * count)))
        read = [Article(*row) for row, error in zip(zip(*columns, strict=True), errors, strict=True) if not error]
        found = iter(read_some(self._extractor, read))
        quads = []
        for number, error in enumerate(errors):
            text = ""
            if not error:
                result = next(found)
                text, errors[number] = ("", str(result)) if isinstance(result, KgError) else (_text(result), "")
            quads.append(text)
        return {"article": batch["id"], "quads": np.array(quads, object), "error": np.array(errors, object)}


def _text(extraction: Extraction) -> str:
    """The named graph of an article, as N-Quads."""
    return (ox.serialize(sorted(article_quads(extraction), key=str), format=ox.RdfFormat.N_QUADS) or b"").decode()


def _write(batch: "Batch", folder: Path) -> "Batch":
    import numpy as np

    quads = "".join(batch["quads"])
    if quads:
        content = gzip.compress(f"{layout_mark()} .\n{quads}".encode(), mtime=0)
        write_atomically(folder / f"{sha256(content).hexdigest()[:20]}.nq.gz", content)
    return {"error": np.array([error for error in batch["error"] if error], object)}
