"""The commands of a graph that is there: asked, explained, drawn, exported, served, put together, taken from.

Nothing is extracted here. Each command loads what it needs when it runs.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .errors import GraphError, QueryError
from .terminal import Options, end_at_ctrl_c, flags, plain, print_table, say, sink, with_progress

if TYPE_CHECKING:
    from .graph import Graph
    from .query import Explanation, Reason

EXPORTS = ("ttl", "trig", "nq", "nt", "jsonld", "rdf", "owl", "graphml", "neo4j", "csv")


@click.command("import", epilog="Example: kg import build/technews -o build/copy")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "-o", "--output", "graph", required=True, metavar="GRAPH", help="A folder, a .trig or .nq file, or an address."
)
@flags("quiet")
def import_(options: Options, files: tuple[str, ...], graph: str) -> None:
    """Add the articles of other graphs to a graph, a new one if need be.

    FILE is what `kg export` wrote as .trig or .nq, packed or not (.gz), or a graph in a folder or at an address, such
    as another machine built. Nothing is read anew. An article with the id of one that the graph has takes its place.
    """
    from .files import is_whole
    from .graph import Graph

    for file in files:  # all of them are good, or nothing is changed
        if not (Path(file).is_file() and is_whole(Path(file))):
            Graph.open(file, read_only=True).close()
    with Graph.open(graph, create=True) as there:
        changed = told = 0
        for file in with_progress(files, options, "Adding articles"):
            if there.restore(Path(file)):
                told = changed = len(there.articles)
                continue
            with Graph.open(file, read_only=True) as shard:
                changed += there.merge(shard)
                told += len(shard.articles)
        say(options, f"{content(there)}; {changed} of {told} articles were new or changed")


@click.command(epilog="Example: kg query build/technews who-develops-what -p maker=Meta")
@click.argument("graph")
@click.argument("question", required=False, metavar="[QUESTION | FILE.rq | -]")
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="What a named question is about.")
@click.option("--min-sources", type=click.IntRange(min=1), help="Only facts that so many independent articles assert.")
@flags("output", "form", "quiet")
def query(options: Options, graph: str, question: str | None, params: tuple[str, ...], min_sources: int | None) -> None:
    """Answer a named question, or SPARQL.

    SPARQL stands in a file, on standard input ("-") or in the argument itself. Without a question: which ones have a
    name, and what they can be asked about.
    """
    from .query import Table, ask, questions

    values = dict(_pair(param) for param in params)
    with opened(graph, min_sources) as there:
        if question is None:
            say(options, content(there))
            named = questions(there.ontology.folder).values()
            rows = tuple((q.name, q.title, " ".join(p.name for p in q.parameters)) for q in named)
            print_table(Table(("question", "asks", "parameters"), rows), options)
            return
        table = ask(there, _sparql(question), **values)
    if not table.rows:
        say(options, "Nothing in the graph answers this.")
    print_table(table, options)


@click.command(epilog='Example: kg explain build/technews "Muse Spark"')
@click.argument("graph")
@click.argument("entity")
@click.argument("property", required=False, metavar="[PROPERTY]")
@click.option("--identity", is_flag=True, help="Show which names were taken for the thing, and why, instead.")
@flags("output", "form", "min_confidence", "quiet")
def explain(options: Options, graph: str, entity: str, property: str | None, identity: bool) -> None:
    """Show what is said of a thing, and where.

    Each claim comes with its status and confidence, the words that say it, and the article. With a PROPERTY, facts that
    axioms give come first, each with the facts that it follows from.
    """
    from dataclasses import astuple, fields

    from .query import Explanation, Table, explain_identity, reasons
    from .query import explain as explain_in

    with opened(graph) as there:
        if identity:
            print_table(explain_identity(there, entity), options)
            return
        said = [e for e in explain_in(there, entity, property) if e.confidence >= options.min_confidence]
        why = reasons(there, entity, property) if property and options.form == "table" else []
    if not said:
        say(options, f"No claim about {entity!r} in {graph}.")
    if options.form != "table":
        print_table(Table(tuple(f.name for f in fields(Explanation)), tuple(map(astuple, said))), options)
        return
    with sink(options) as out:
        for reason in why:
            click.echo(_because(reason), file=out)
        for each in said:
            click.echo(_in_words(each), file=out)


@click.command(epilog='Example: kg view build/technews -o build/muse.html --about "Muse Spark"')
@click.argument("graph")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="An .html file.")
@click.option("--limit", type=click.IntRange(1), default=300, show_default=True, help="How many things at most.")
@flags("about", "hops", "quiet")
def view(options: Options, graph: str, output: Path, limit: int) -> None:
    """Draw the graph as one HTML file.

    Any browser opens it, with no connection. Where there are more things than asked for, those that articles speak of
    most are shown, and the page says so.
    """
    from .view import draw

    with opened(graph) as there:
        draw(there, output, about=options.about, hops=options.hops, limit=limit)
    say(options, f"{output}: open it in a browser")


@click.command(epilog="Example: kg report build/technews --since 2026 -o build/report.html")
@click.argument("graph")
@click.option("--since", required=True, metavar="DAY", help="The first day, as exact as you like: 2026, 2026-04.")
@click.option("--until", default="", metavar="DAY", help="The last day; by default, that of the newest article.")
@flags("output", "quiet")
def report(options: Options, graph: str, since: str, until: str) -> None:
    """Tell what is new since a day.

    Who did what, plans, rumours and denials that articles published in these days are the first to tell, each with its
    sentences. FILE is .html or .md; without one, Markdown goes to standard output.
    """
    from .report import report as made
    from .report import to_markdown, write_report

    with opened(graph) as there:
        if options.output is None:
            click.echo(to_markdown(made(there, since, until)), nl=False)
            return
        write_report(there, options.output, since, until)
    say(options, f"{options.output}: written")


@click.command(epilog="Example: kg export build/technews -o build/technews.ttl")
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
    with opened(graph) as there:
        if output == "-":
            with sink(options):
                write(there, sys.stdout.buffer, form, options.about, options.hops)
        else:
            write(there, output, form, options.about, options.hops)
    if output != "-":
        say(options, f"{output}: written")


@click.command(epilog="Example: kg remove build/technews iphone-16")
@click.argument("graph")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@flags("quiet")
def remove(options: Options, graph: str, ids: tuple[str, ...]) -> None:
    """Take articles out of a graph.

    The facts that they alone support go with them.
    """
    from .graph import Graph

    with Graph.open(graph) as there:
        there.remove(ids)
        say(options, content(there))


@click.command(epilog="Example: kg serve build/technews --port 8080")
@click.argument("graph", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Where; other machines reach it at 0.0.0.0.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 is any free one.")
@click.option("--token", envvar="KG_TOKEN", default="", help="What to ask for; or set KG_TOKEN.")
@click.option("--cors", "origins", multiple=True, metavar="ORIGIN", help="Other sites whose pages may ask, * for all.")
@click.option("--allow-host", "hosts", multiple=True, metavar="NAME", help="Another name of this server.")
@click.option("--seconds", type=click.FloatRange(0.1), default=10, show_default=True, help="Time of a query.")
@click.option("--memory", type=click.IntRange(16), default=1024, show_default=True, help="Megabytes of a query.")
@click.option("--answer", type=click.IntRange(1), default=32, show_default=True, help="Megabytes of an answer.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Queries at a time.")
@click.option("--allow-service", "service", is_flag=True, help="Let queries ask other hosts (SERVICE).")
@flags("quiet")
def serve(options: Options, graph: Path, **given: Any) -> None:
    """Show the graph as pages, and answer SPARQL over HTTP.

    Pages to search and read, and a read-only SPARQL 1.1 endpoint at /sparql, for this machine alone unless told
    otherwise. Where other machines reach it, it asks for a token; one is made if none is given.
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
    run(graph, settings, lambda url: say(options, f"{url} has the pages, {url}sparql answers SPARQL; Ctrl-C ends it"))


COMMANDS = (import_, query, explain, view, report, export, remove, serve)


def opened(graph: str, min_sources: int | None = None) -> "Graph":
    """A graph to be read, or the part of it that rests on so many sources; KgError if there is none."""
    from .graph import Graph

    end_at_ctrl_c()
    there = Graph.open(graph, read_only=True)
    if min_sources is None:
        return there
    from .part import corroborated

    with there:
        return corroborated(there, min_sources)


def content(graph: "Graph") -> str:
    """What is in a graph, in a line."""
    articles, entities, claims, facts = graph.sizes.values()
    return f"{graph.place}: {articles:,} articles, {entities:,} entities, {claims:,} claims, {facts:,} facts"


def _sparql(question: str) -> str:
    """The words of a question that may stand in a file or come in on standard input."""
    return question if question != "-" and not question.endswith((".rq", ".sparql")) else text_in(question)


def text_in(file: str) -> str:
    """The text of a file, or of standard input ("-"); QueryError if it cannot be had."""
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise QueryError(f"{file}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise QueryError(f"{file}: not UTF-8 (byte {error.start}); save it as UTF-8") from error


def _pair(param: str) -> tuple[str, str]:
    name, equals, value = param.partition("=")
    if not equals:
        raise click.UsageError(f"-p takes NAME=VALUE, not {param!r}")
    return name, value


def _because(reason: "Reason") -> str:
    fact = click.style(plain(" — ".join(reason.fact)), bold=True)
    premises = "\n".join(f"    from {plain(' — '.join(premise))}" for premise in reason.premises)
    return f"{fact}  [{click.style('inferred', fg='cyan')}]\n{premises}\n"


def _in_words(said: "Explanation") -> str:
    colour = {"asserted": "green", "denied": "red"}.get(said.status, "yellow")
    claim = click.style(plain(f"{said.subject} — {said.property} — {said.object}"), bold=True)
    status = click.style(f"{said.status} {said.confidence:.2f}", fg=colour)
    day = f", {said.published}" if said.published else ""
    words = plain(" ".join(said.words.split()))
    title = plain(" ".join(f"{said.title} ({said.article}{day})".split()))
    return f"{claim}  [{status}]\n    “{words}”\n    {title}\n"
