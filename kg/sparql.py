"""What may be asked in SPARQL: queries, of one graph alone, and a parser's complaint in one line."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress

import pyoxigraph as ox

from .errors import QueryError

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_TOKEN = re.compile(
    r"""(?P<iri><[^<>"{}|^`\\\s]*>) | (?P<comment>\#[^\n\r]*)
      | (?P<text>'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\n\r])*'|"(?:\\.|[^"\\\n\r])*")""",
    re.VERBOSE | re.DOTALL,
)
_UPDATE = re.compile(r"^\s*(?:INSERT|DELETE|LOAD|CLEAR|CREATE|DROP|COPY|MOVE|ADD|WITH)\b", re.IGNORECASE)
_PROLOGUE = re.compile(r"^\s*(?:(?:PREFIX\s+[^\s:]*:\s*|BASE\s+)<[^>]*>\s*)*", re.IGNORECASE)
_SERVICE = re.compile("(serv)i(ce)", re.IGNORECASE)
_KEYWORD = re.compile(r"service(\s+silent\b)?", re.IGNORECASE)


def refuse_updates(sparql: str) -> None:
    """QueryError for an update, which the engine would take for a query with a mistake in it."""
    code = _TOKEN.sub(lambda token: "<>" if token["iri"] else '""' if token["text"] else " ", sparql)
    if _UPDATE.match(_PROLOGUE.sub("", code)):
        raise QueryError("only queries can be asked, and this is an update; add or remove articles to change the graph")


def refuse_services(sparql: str, prefixes: Mapping[str, str]) -> None:
    """QueryError for a query with SERVICE, which would fetch from the network; SyntaxError if it is no query.

    Only the engine's own grammar tells a keyword from a part of a name, a text or a comment: what looks at the letters
    alone is led astray by `?a<?b)SERVICE?x#>`, by `ex:it\\'s` and by `1SERVICE`. So the engine parses the query with
    the word misspelt all over it, which changes nothing but a keyword.
    """
    misspelt = _SERVICE.sub(r"\1y\2", sparql)
    if misspelt == sparql:
        return
    try:
        _parse(misspelt, prefixes)
    except SyntaxError as error:
        with suppress(SyntaxError):  # GRAPH stands where SERVICE may stand: if that parses, it was the keyword
            _parse(_KEYWORD.sub("GRAPH", sparql), prefixes)
            raise QueryError("SERVICE is not allowed: a question is answered from this graph alone") from error
        raise


def _parse(sparql: str, prefixes: Mapping[str, str]) -> None:
    """SyntaxError if it is no query; whatever else is wrong with it is told when it is asked."""
    with suppress(ValueError, RuntimeError, OSError):
        ox.Store().query(sparql, prefixes=dict(prefixes))


def substituted(query: str, name: str, term: Term) -> str:
    """The query with a term in place of a variable, which its table then no longer has.

    >>> substituted("SELECT ?x ?y WHERE { ?x ?p ?y }", "x", ox.NamedNode("https://example.org/a"))
    'SELECT  ?y WHERE { <https://example.org/a> ?p ?y }'
    """
    head, brace, body = query.partition("{")
    variable = re.compile(rf"[?$]{re.escape(name)}\b")
    return variable.sub("", head) + brace + variable.sub(lambda _: str(term), body)


def where(sparql: str, message: str) -> str:
    """A parser's complaint in one line: what stands where it stopped, not all that it would have liked there."""
    place = re.match(r"error at (\d+):(\d+)", message)
    if not place:
        return " ".join(message.split())
    line, column = int(place[1]), int(place[2])
    rest = "\n".join(sparql.split("\n")[line - 1 :])[column - 1 :].split()
    near = f"near {' '.join(rest[:4])!r}" if rest else "at its end"
    hint = "; a prefix before it is unknown" if "Prefix not found" in message else ""
    return f"line {line}, column {column}, {near}{hint}"


def as_data(quads: Iterable[ox.Quad]) -> str:
    """Quads as INSERT DATA and DELETE DATA take them.

    >>> end = ox.NamedNode("a:a")
    >>> as_data([ox.Quad(end, end, end), ox.Quad(end, end, end, end)])
    '<a:a> <a:a> <a:a> .\\nGRAPH <a:a> { <a:a> <a:a> <a:a> . }\\n'
    """
    lines = ((quad.graph_name, f"{quad.subject} {quad.predicate} {quad.object} .") for quad in quads)
    default = ox.DefaultGraph()
    return "".join(f"{line}\n" if graph == default else f"GRAPH {graph} {{ {line} }}\n" for graph, line in lines)
