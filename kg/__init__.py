"""Technology news as a knowledge graph: articles in, claims out, a graph that people can query, look at and trust.

    extraction = kg.Extractor().extract(kg.Article(id="1", title="News", text="Meta launched Muse Spark."))
    g = kg.open("build/technews")       # g.about("Muse Spark"), g.ask(…), g.path(…), g.draw(…): see `explorer`

The architecture: imports point only to lower rows, and never from one half to the other. A row without a bar belongs
to both halves. A test reads this picture.

    ─────────────────────────────────────────────────────────────
                                 cli
                              graph_cli
                         terminal   train   ray
                        evaluate   train_ranker
    ─────────── TEXT ─► CLAIMS ─────────┬─── CLAIMS ─► GRAPH ────
                                        │    magics  serve
      rules     parallel                │    explorer  pages  protocol
      examples                          │    asking  telling
      extract                           │    view  export  check  chains  reference  near
      ranker                            │    jsonld  network  part  about  reading  report  desk  webpage
      rivals                            │    evidence  searching
      pairs                             │    query
      claims                            │    graph  layout
      qualifiers                        │    update
      entities                          │    support
                                        │    stories
      classes     status                │    facts
      recogniser  gold                  │    registry
      mentions                          │    said
                                        │    draft
      lexicon     documents  trained    │    identity  remote  answers
      articles    values      pipeline  │    names  quads  endpoint  table  redo
      archives                          │    sparql  files  cards  media  workers
      confined                          │
      feeds       fetch    parquet      │
      markup      cache    texts        │
      addresses   records               │
      tokens      grammar  linear trees │
      syntax                            │
    ────────────────────────────────────┴────────────────────────
                               ontology
                        model   errors   vocab   process   whole
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .explorer import Explorer
    from .extract import Extractor as Extractor
    from .graph import Graph as Graph
    from .model import Article as Article

    open = Explorer.open

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
    if name == "Graph":
        from .graph import Graph

        return Graph
    if name == "open":
        from .explorer import Explorer

        return Explorer.open
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext kg` does in a notebook: the cell magic `%%sparql`, and names that complete with Tab."""
    from .magics import load

    load(shell)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
