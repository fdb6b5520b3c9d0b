"""Technology news as a knowledge graph: articles in, claims out, a graph that people can query, look at and trust.

    extraction = kg.Extractor().extract(kg.Article(id="1", title="News", text="Meta launched Muse Spark."))
    with kg.open("build/technews") as graph: ...

The architecture: imports point only to lower rows, and never from one half to the other. A row without a bar belongs
to both halves. A test reads this picture.

    ─────────────────────────────────────────────────────────────
                                 cli
                              graph_cli
                         terminal   train
                        evaluate   train_ranker
    ─────────── TEXT ─► CLAIMS ─────────┬─── CLAIMS ─► GRAPH ────
      rules                             │
      examples                          │    serve
      extract                           │    view  export  check
      ranker                            │    jsonld  network  part  about  reading
      rivals                            │    evidence
      pairs                             │    query
      claims                            │    graph  layout
      qualifiers                        │    update
      entities                          │    support
      classes     status                │    facts
      recogniser  gold                  │    registry  said
      mentions                          │    draft
      lexicon     documents  trained    │    identity  remote  workers
      articles    values                │    names   quads  files
      archives                          │    sparql  endpoint
      confined                          │
      feeds       fetch                 │
      markup      cache    texts        │
      addresses   records               │
      tokens      grammar  linear trees │
    ────────────────────────────────────┴────────────────────────
                               ontology
                        model   errors   vocab
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .extract import Extractor as Extractor
    from .graph import Graph as Graph
    from .model import Article as Article

    open = Graph.open

__version__ = "0.1.0"
__all__ = ["Article", "Extractor", "Graph", "__version__", "open"]


def __getattr__(name: str) -> Any:
    """The public names, loaded when they are first used (PEP 562)."""
    if name == "Article":
        from .model import Article

        return Article
    if name == "Extractor":
        from .extract import Extractor

        return Extractor
    if name in ("Graph", "open"):
        from .graph import Graph

        return Graph if name == "Graph" else Graph.open
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
