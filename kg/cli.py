"""The command `kg`: data on standard output, words and progress on standard error, what goes wrong in one line.

Each command loads what it needs when it runs, so that help comes at once.
"""

import itertools
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
from .errors import GraphError, KgError
from .graph_cli import COMMANDS, content, opened, text_in
from .process import tune
from .terminal import INTERRUPTED, Options, complain, flags, in_a_line, print_table, say, sink, with_progress

if TYPE_CHECKING:
    from .graph import Graph
    from .model import Article, Extraction

SOURCES = ("follow", "cache", "allow_private")
GROUPINGS = ("property", "status", "rule", "class")


class _Commands(click.Group):
    """Commands whose errors are told in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KgError as error:
            raise click.ClickException(in_a_line(error)) from error
        except KeyboardInterrupt as interrupt:
            raise _Interrupted("Interrupted.") from interrupt


class _Interrupted(click.ClickException):
    """The end by Ctrl-C, as a shell knows it."""

    exit_code = INTERRUPTED

    def show(self, file: Any = None) -> None:
        """Says so in a line."""
        click.echo(self.message, err=True)


@click.group(cls=_Commands, epilog="Example: kg build data/articles -o build/technews")
@click.version_option(__version__, prog_name="kg")
def cli() -> None:
    """Technology news as a knowledge graph, to query, to look at, and to see what each fact rests on."""
    logging.getLogger().addHandler(logging.NullHandler())  # libraries may log; what concerns a user is a KgError


for command in COMMANDS:
    cli.add_command(command)


@cli.command(epilog="Example: kg extract data/articles/muse-spark-launch.md")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@flags("output", "model", "min_confidence", "jobs", *SOURCES, "quiet")
def extract(options: Options, files: tuple[str, ...]) -> None:
    """Print what articles say, as JSON lines.

    One object an article: id, entities, claims. FILE is a .txt, .md, .html, .json, .jsonl, .rss, .atom, .xml, .warc or
    .parquet, packed (.gz, .zst) or not, a folder of these, the address of a page or a feed, or "-" for standard input.
    """
    failures: list[KgError] = []
    articles = with_progress(_articles(files, options, failures), options, "Reading articles")
    with sink(options) as out:
        for extraction in _extractions(articles, options, failures):
            out.write(json.dumps(extraction.record(), ensure_ascii=False) + "\n")
    _finish(failures)


@cli.command(epilog="Example: kg build data/articles -o build/technews")
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option(
    "-o", "--output", "graph", required=True, metavar="GRAPH", help="A folder, a .trig or .nq file, or an address."
)
@click.option("--again", is_flag=True, help="Read articles anew that the graph already has, word for word.")
@click.option("--same", metavar="FILE.ttl", help="Who is who: owl:sameAs and owl:differentFrom between entities.")
@flags("model", "min_confidence", "jobs", "ray", *SOURCES, "quiet")
def build(options: Options, files: tuple[str, ...], graph: str, again: bool, same: str | None) -> None:
    """Add articles to a graph, a new one if need be.

    FILE is a .txt, .md, .html, .json, .jsonl, .rss, .atom, .xml, .warc or .parquet, packed (.gz, .zst) or not, a folder
    of these, the address of a page or a feed, or "-" for standard input. An article with the id of one that the graph
    has takes its place. What --same says always wins, is kept in the graph, and takes the place of what was said
    before: an empty file takes all of that back. With --same no FILE is needed.
    """
    from .graph import Graph

    if not files and not same:
        raise click.UsageError("Missing argument 'FILE...'.")
    failures: list[KgError] = []
    corrections = text_in(same) if same else None
    if options.ray:
        _build_on_ray(options, files, graph, failures)
        files = ()
    articles = _articles(files, options, failures)
    first = next(articles, None)
    if first or corrections is not None:
        with Graph.open(graph, create=True) as there:
            if corrections is not None:
                there.correct(corrections, same or "")
            seen: list[int] = [0]
            new = _new(itertools.chain([first] if first else [], articles), None if again else there, seen)
            shown = with_progress(new, options, "Building the graph")
            changed = there.add(_extractions(shown, options, failures, there))
            say(options, f"{content(there)}; {changed} of {seen[0]} articles were new or changed")
    _finish(failures)


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
        with opened(graph) as there:
            rows += [(each.node, each.message) for each in check_graph(there)]
    rows += [(each.subject, each.message) for each in broken_rules(Extractor(model=options.model, trained=None))]
    if rows:
        print_table(Table(("where", "what"), tuple(rows)), options)
    say(options, f"{len(rows)} problems" if rows else "Nothing is wrong.")
    if rows:
        sys.exit(1)


@cli.command(epilog="Example: kg ontology -o build/ontology.html")
@click.argument("folder", required=False, metavar="[FOLDER]", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="An .html file.")
@flags("quiet")
def ontology(options: Options, folder: Path | None, output: Path) -> None:
    """Show the ontology as a page.

    Its classes and properties, and the phrases, examples and counter-examples of each. Any browser opens it, with no
    connection. FOLDER has an ontology of your own, in files named as those in ontology/.
    """
    from .ontology import load_ontology
    from .reference import reference_page
    from .whole import write_atomically

    page = reference_page(load_ontology(folder))
    try:
        write_atomically(output, page.encode())
    except OSError as error:
        raise GraphError(f"{output}: cannot be written: {error.strerror or error}") from error
    say(options, f"{output}: open it in a browser")


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


def main() -> None:
    """The entry point: the commands, with standard streams in UTF-8 whatever the locale."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # libraries' warnings concern developers
    tune()
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    cli()


def _articles(files: Iterable[str], options: Options, failures: list[KgError]) -> Iterator["Article"]:
    """The articles that can be read; those that cannot are told, and kept in `failures`."""
    from .articles import read_articles
    from .fetch import Manners, Web

    web = Web(Manners(allow_private=options.allow_private, cache=options.cache))
    for each in read_articles(files, web, options.follow):
        if isinstance(each, KgError):
            failures.append(each)
            complain(each)
        else:
            yield each


def _build_on_ray(options: Options, files: Iterable[str], graph: str, failures: list[KgError]) -> None:
    from .graph import Graph
    from .ray import articles, connect, extract, shards

    if options.min_confidence:
        raise click.UsageError("--min-confidence goes with the processes of this machine, not with --ray.")
    connect(options.ray or "", options.quiet)
    with Graph.open(graph, create=True) as there:
        changed = 0
        for shard in shards(extract(articles(files), there.ontology.folder, options.model), there.ontology):
            if isinstance(shard, KgError):
                failures.append(shard)
                complain(shard)
            else:
                changed += there.merge(shard)
        say(options, f"{content(there)}; {changed} articles were new or changed")


def _new(articles: Iterable["Article"], graph: "Graph | None", seen: list[int]) -> Iterator["Article"]:
    """The articles that a graph does not have word for word; all of them are counted in `seen`."""
    for article in articles:
        seen[0] += 1
        if not graph or not graph.holds(article):
            yield article


def _extractions(
    articles: Iterable["Article"], options: Options, failures: list[KgError], graph: "Graph | None" = None
) -> Iterator["Extraction"]:
    """What the articles say, those left out that cannot be extracted from."""
    from .parallel import read_all

    for each in read_all(articles, graph.ontology if graph else None, options.model, options.jobs):
        if isinstance(each, KgError):
            failures.append(each)
            complain(each)
        else:
            yield _confident(each, options)


def _confident(extraction: "Extraction", options: Options) -> "Extraction":
    if not options.min_confidence:
        return extraction
    return replace(extraction, claims=tuple(c for c in extraction.claims if c.confidence >= options.min_confidence))


def _finish(failures: list[KgError]) -> None:
    if failures:
        sys.exit(1)
