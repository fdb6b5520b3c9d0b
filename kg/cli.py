"""The command `kg`: data on standard output, words and progress on standard error, what goes wrong in one line.

Each command loads what it needs when it runs, so that help comes at once.
"""

import json
import logging
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import __version__
from .errors import GraphError, KgError, QueryError
from .terminal import Options, complain, flags, print_table, say, sink, with_progress

if TYPE_CHECKING:
    from .graph import Graph
    from .model import Article, Extraction
    from .query import Explanation

EXPORTS = ("ttl", "trig", "nq", "nt", "jsonld", "rdf", "owl", "graphml", "neo4j", "csv")
GROUPINGS = ("property", "status", "rule", "class")
_CONTENT = """
SELECT (COUNT(DISTINCT ?entity) AS ?entities) (COUNT(DISTINCT ?claim) AS ?claims)
WHERE { GRAPH ?g { { ?said claim:entity ?entity } UNION { ?claim a claim:Claim } } }"""


class _Commands(click.Group):
    """Commands whose errors are told in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KgError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, epilog="Example: kg build data/articles -o build/technews")
@click.version_option(__version__, prog_name="kg")
def cli() -> None:
    """Technology news as a knowledge graph, to query, to look at, and to see what each fact rests on."""
    logging.getLogger().addHandler(logging.NullHandler())  # libraries may log; what concerns a user is a KgError


@cli.command(epilog="Example: kg extract data/articles/muse-spark-launch.md")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@flags("output", "model", "min_confidence", "quiet")
def extract(options: Options, files: tuple[str, ...]) -> None:
    """Print what articles say, as JSON lines.

    One object an article: id, entities, claims. FILE is .txt, .md, .html, .json or .jsonl, a folder of these, or "-"
    for standard input.
    """
    failures: list[KgError] = []
    articles = with_progress(_articles(files, failures), options, "Reading articles")
    with sink(options) as out:
        for extraction in _extractions(articles, options, failures):
            out.write(json.dumps(extraction.record(), ensure_ascii=False) + "\n")
    _finish(failures)


@cli.command(epilog="Example: kg build data/articles -o build/technews")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "-o", "--output", "graph", required=True, metavar="GRAPH", help="A folder, a .trig or .nq file, or an address."
)
@click.option("--again", is_flag=True, help="Read articles anew that the graph already has, word for word.")
@flags("model", "min_confidence", "quiet")
def build(options: Options, files: tuple[str, ...], graph: str, again: bool) -> None:
    """Add articles to a graph, a new one if need be.

    FILE is .txt, .md, .html, .json or .jsonl, a folder of these, or "-" for standard input. An article with the id of
    one that the graph has takes its place.
    """
    from .graph import Graph

    failures: list[KgError] = []
    if articles := list(_articles(files, failures)):
        with Graph.open(graph, create=True) as opened:
            new = [article for article in articles if again or not opened.holds(article)]
            shown = with_progress(new, options, "Building the graph")
            changed = opened.add(_extractions(shown, options, failures, opened)) if new else 0
            say(options, f"{_content(opened)}; {changed} of {len(articles)} articles were new or changed")
    _finish(failures)


@cli.command("import", epilog="Example: kg import build/technews -o build/copy")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("-o", "--output", "graph", required=True, metavar="GRAPH", help="A folder, or a .trig or .nq file.")
@flags("quiet")
def import_(options: Options, files: tuple[str, ...], graph: str) -> None:
    """Add the articles of other graphs to a graph, a new one if need be.

    FILE is what `kg export` wrote as .trig or .nq, or a graph in a folder, such as what another machine built. Nothing
    is read anew. An article with the id of one that the graph has takes its place.
    """
    from .graph import Graph

    shards = [Graph.open(file, read_only=True) for file in files]
    with Graph.open(graph, create=True) as opened:
        changed = sum(opened.merge(shard) for shard in with_progress(shards, options, "Adding articles"))
        told = sum(len(shard.articles) for shard in shards)
        say(options, f"{_content(opened)}; {changed} of {told} articles were new or changed")


@cli.command(epilog="Example: kg query build/technews who-develops-what -p developer=Meta")
@click.argument("graph")
@click.argument("question", required=False, metavar="[QUESTION | FILE.rq | -]")
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="What a named question is about.")
@flags("output", "form", "quiet")
def query(options: Options, graph: str, question: str | None, params: tuple[str, ...]) -> None:
    """Answer a named question, or SPARQL.

    SPARQL stands in a file, on standard input ("-") or in the argument itself. Without a question: which ones have a
    name, and what they can be asked about.
    """
    from .query import Table, ask, questions

    values = dict(_pair(param) for param in params)
    with _opened(graph) as opened:
        if question is None:
            say(options, _content(opened))
            named = questions(opened.ontology.folder).values()
            rows = tuple((q.name, q.title, " ".join(p.name for p in q.parameters)) for q in named)
            print_table(Table(("question", "asks", "parameters"), rows), options)
            return
        table = ask(opened, _sparql(question), **values)
    if not table.rows:
        say(options, "Nothing in the graph answers this.")
    print_table(table, options)


@cli.command(epilog='Example: kg explain build/technews "Muse Spark"')
@click.argument("graph")
@click.argument("entity")
@click.argument("property", required=False, metavar="[PROPERTY]")
@flags("output", "form", "min_confidence", "quiet")
def explain(options: Options, graph: str, entity: str, property: str | None) -> None:
    """Show what is said of a thing, and where.

    Each claim comes with its status and confidence, the words that say it, and the article.
    """
    from dataclasses import astuple, fields

    from .query import Explanation, Table
    from .query import explain as explain_in

    with _opened(graph) as opened:
        said = [e for e in explain_in(opened, entity, property) if e.confidence >= options.min_confidence]
    if not said:
        say(options, f"No claim about {entity!r} in {graph}.")
    if options.form != "table":
        print_table(Table(tuple(f.name for f in fields(Explanation)), tuple(map(astuple, said))), options)
        return
    with sink(options) as out:
        for each in said:
            click.echo(_in_words(each), file=out)


@cli.command(epilog='Example: kg view build/technews -o build/muse.html --about "Muse Spark"')
@click.argument("graph")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="An .html file.")
@flags("about", "hops", "quiet")
def view(options: Options, graph: str, output: Path) -> None:
    """Draw the graph as one HTML file.

    Any browser opens it, with no connection.
    """
    from .view import draw

    with _opened(graph) as opened:
        draw(opened, output, about=options.about, hops=options.hops)
    say(options, f"{output}: open it in a browser")


@cli.command(epilog="Example: kg export build/technews -o build/technews.ttl")
@click.argument("graph")
@click.option("-o", "--output", required=True, metavar="FILE", help='Where to write; "-" is standard output, with -f.')
@click.option("-f", "--format", "form", type=click.Choice(EXPORTS), help="The form, if FILE's ending does not tell.")
@flags("about", "hops", "quiet")
def export(options: Options, graph: str, output: str, form: str | None) -> None:
    """Write the graph, or a part of it, in another form.

    \b
    ttl nt jsonld rdf   the facts
    owl                 the facts with the axioms, for Protégé and owlready2
    trig nq             everything: facts, claims, evidence, axioms
    graphml             the facts as a property graph, for networkx and Gephi
    neo4j               the same as a folder of two files, for neo4j-admin database import
    csv                 the claims as a table
    """
    from .export import export as write

    if output == "-" and not form:
        raise click.UsageError("standard output needs a form: -f ttl")
    with _opened(graph) as opened:
        write(opened, sys.stdout.buffer if output == "-" else output, form, options.about, options.hops)
    if output != "-":
        say(options, f"{output}: written")


@cli.command(epilog="Example: kg check build/technews")
@click.argument("graph", required=False, metavar="[GRAPH]")
@flags("output", "form", "model", "quiet")
def check(options: Options, graph: str | None) -> None:
    """Check the ontology's rules, and a graph.

    Every example of the ontology must yield what it says, every phrase must be fired by one, and a graph must have the
    ontology's shapes and quote its articles to the letter. The exit code is 1 if something is wrong.
    """
    from .extract import Extractor
    from .query import Table
    from .rules import broken_rules

    rows: list[tuple[str, str]] = []
    if graph:
        try:
            from .check import check as check_graph
        except ImportError as error:
            raise GraphError("checking a graph needs pyshacl: pip install 'technews-kg[check]'") from error
        with _opened(graph) as opened:
            rows += [(each.node, each.message) for each in check_graph(opened)]
    rows += [(each.subject, each.message) for each in broken_rules(Extractor(model=options.model, trained=None))]
    if rows:
        print_table(Table(("where", "what"), tuple(rows)), options)
    say(options, f"{len(rows)} problems" if rows else "Nothing is wrong.")
    if rows:
        sys.exit(1)


@cli.command(epilog="Example: kg evaluate data/gold --by property")
@click.argument("gold", nargs=-1, required=True, metavar="GOLD...", type=click.Path(path_type=Path))
@click.option("--by", type=click.Choice(GROUPINGS), help="The claims (for class: the entities) of each group.")
@flags("output", "form", "model", "min_confidence", "quiet")
def evaluate(options: Options, gold: tuple[Path, ...], by: str | None) -> None:
    """Measure extraction on annotated articles.

    GOLD is a .json file that has entities and claims beside the article, or a folder of these.
    """
    from .evaluate import evaluate as measure
    from .extract import Extractor
    from .gold import read_gold
    from .query import Table

    wanted = list(read_gold(gold))
    if not wanted:
        raise KgError(f"{gold[0]}: no annotated articles here; they are .json files with entities and claims")
    extractor = Extractor(model=options.model)
    articles = with_progress([each.article for each in wanted], options, "Reading articles")
    found = [_confident(extraction, options) for extraction in extractor.extract_all(articles)]
    scores = measure(wanted, found, extractor.ontology)
    chosen = sorted(scores.groups[by].items(), key=lambda kv: (-kv[1].wanted, -kv[1].found, kv[0])) if by else None
    rows = []
    for name, s in chosen or scores.totals.items():
        recalls = (None, None) if by == "rule" else (round(s.recall, 3), round(s.f1, 3))
        rows.append((name, round(s.precision, 3), *recalls, s.right, s.found, None if by == "rule" else s.wanted))
    columns = (by or "measure", "precision", "recall", "F1", "right", "found", "wanted")
    print_table(Table(columns, tuple(rows)), options)
    say(options, f"{len(wanted)} annotated articles")


@cli.command(epilog="Example: kg train data/gold -o build/models")
@click.argument("gold", nargs=-1, required=True, metavar="GOLD...", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), required=True, metavar="FOLDER", help="Parts."
)
@flags("quiet")
def train(options: Options, gold: tuple[Path, ...], folder: Path) -> None:
    """Learn to find names, classes and claims from annotated articles.

    GOLD is a .json file that has entities and claims beside the article, or a folder of these. Some hundred articles
    give good parts; the same articles always give the same ones.
    """
    from .gold import read_gold
    from .train import train as learn

    figures = learn(list(read_gold(gold)), folder, lambda words: say(options, words))
    say(options, "candidate claims in articles that were not learned from: " + json.dumps(figures, sort_keys=True))


@cli.command(epilog="Example: kg remove build/technews iphone-16")
@click.argument("graph")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@flags("quiet")
def remove(options: Options, graph: str, ids: tuple[str, ...]) -> None:
    """Take articles out of a graph.

    The facts that they alone support go with them.
    """
    from .graph import Graph

    with Graph.open(graph) as opened:
        opened.remove(ids)
        say(options, _content(opened))


@cli.command(epilog="Example: kg serve build/technews --port 8080")
@click.argument("graph", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Where; other machines reach it at 0.0.0.0.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 is any free one.")
@click.option("--token", envvar="KG_TOKEN", default="", help="What to ask for; or set KG_TOKEN.")
@click.option("--cors", "origins", multiple=True, default=["*"], show_default=True, help="Whose pages may ask.")
@click.option("--seconds", type=click.FloatRange(0.1), default=10, show_default=True, help="Time of a query.")
@click.option("--memory", type=click.IntRange(16), default=1024, show_default=True, help="Megabytes of a query.")
@click.option("--answer", type=click.IntRange(1), default=32, show_default=True, help="Megabytes of an answer.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Queries at a time.")
@click.option("--allow-service", "service", is_flag=True, help="Let queries ask other hosts (SERVICE).")
@flags("quiet")
def serve(options: Options, graph: Path, **given: Any) -> None:
    """Answer SPARQL over HTTP.

    A read-only SPARQL 1.1 endpoint at /sparql, for this machine alone unless told otherwise. Where other machines reach
    it, it asks for a token; one is made if none is given.
    """
    import secrets

    try:
        from .serve import Settings
        from .serve import serve as run
        from .workers import Limits
    except ImportError as error:
        raise GraphError("serving a graph needs starlette and uvicorn: pip install 'technews-kg[serve]'") from error

    limits = Limits(*(given.pop(name) for name in ("seconds", "memory", "answer", "service")))
    settings = Settings(limits=limits, **given)
    if settings.is_open and not settings.token:
        settings = replace(settings, token=secrets.token_urlsafe(24))
        click.echo(f"token: {settings.token}", err=True)
    run(graph, settings, lambda url: say(options, f"{url} answers SPARQL; Ctrl-C ends it"))


def main() -> None:
    """The entry point: the commands, with standard streams in UTF-8 whatever the locale."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # libraries' warnings concern developers
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    cli()


def _articles(files: Iterable[str], failures: list[KgError]) -> Iterator["Article"]:
    """The articles that can be read; those that cannot are told, and kept in `failures`."""
    from .articles import read_articles

    for each in read_articles(files):
        if isinstance(each, KgError):
            failures.append(each)
            complain(each)
        else:
            yield each


def _extractions(
    articles: Iterable["Article"], options: Options, failures: list[KgError], graph: "Graph | None" = None
) -> Iterator["Extraction"]:
    """What the articles say, those left out that cannot be extracted from."""
    from .extract import Extractor

    extractor: Extractor | None = None
    for article in articles:
        extractor = extractor or Extractor(graph.ontology if graph else None, options.model)
        try:
            extraction = _confident(extractor.extract(article), options)
        except KgError as error:
            failures.append(error)
            complain(error)
        else:
            yield extraction


def _confident(extraction: "Extraction", options: Options) -> "Extraction":
    if not options.min_confidence:
        return extraction
    return replace(extraction, claims=tuple(c for c in extraction.claims if c.confidence >= options.min_confidence))


def _finish(failures: list[KgError]) -> None:
    if failures:
        sys.exit(1)


def _opened(graph: str) -> "Graph":
    from .graph import Graph

    return Graph.open(graph, read_only=True)


def _content(graph: "Graph") -> str:
    """What is in a graph, in a line."""
    from .graph import FACTS
    from .query import ask

    ((entities, claims),) = ask(graph, _CONTENT).rows
    facts = sum(1 for _ in graph.store.quads_for_pattern(None, None, None, FACTS))
    return f"{graph.path}: {len(graph.articles):,} articles, {entities:,} entities, {claims:,} claims, {facts:,} facts"


def _sparql(question: str) -> str:
    """The words of a question that may stand in a file or come in on standard input."""
    if question != "-" and not question.endswith((".rq", ".sparql")):
        return question
    try:
        raw = sys.stdin.buffer.read() if question == "-" else Path(question).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise QueryError(f"{question}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise QueryError(f"{question}: not UTF-8 (byte {error.start}); save it as UTF-8") from error


def _pair(param: str) -> tuple[str, str]:
    name, equals, value = param.partition("=")
    if not equals:
        raise click.UsageError(f"-p takes NAME=VALUE, not {param!r}")
    return name, value


def _in_words(said: "Explanation") -> str:
    colour = {"asserted": "green", "denied": "red"}.get(said.status, "yellow")
    claim = click.style(f"{said.subject} — {said.property} — {said.object}", bold=True)
    status = click.style(f"{said.status} {said.confidence:.2f}", fg=colour)
    day = f", {said.published}" if said.published else ""
    words = " ".join(said.words.split())
    return f"{claim}  [{status}]\n    “{words}”\n    {said.title} ({said.article}{day})\n"
