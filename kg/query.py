"""Questions to the graph: named ones from the ontology or any SPARQL query, with answers as tables.

A named question is a SPARQL query that any engine runs as it stands; its parameters are its lines of VALUES:

    # title: What a company makes
    # param: company — who makes it
    SELECT ?product WHERE {
      VALUES ?company { UNDEF }       an entity, by name or IRI; any by default
      VALUES ?since { "2020" }        a text or a number, with its default
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
from rapidfuzz import fuzz, process

from .errors import QueryError
from .graph import FACTS, IDENTITY, KNOWN, Graph, read_query
from .model import Iri, local_name
from .names import legal_forms, normalise
from .quads import text_of
from .sparql import refuse_services, refuse_updates, where
from .table import Cell as Cell
from .table import Table as Table
from .vocab import ENTITY, OWL, RDFS, SKOS, XSD

Term = ox.NamedNode | ox.Literal
_NUMBER = r"[-+]?\d+(\.\d+)?"
_VALUES = r"VALUES\s+\?{name}\s*\{{([^{{}}]*)\}}"
_MAKE: Mapping[str, Callable[[str], Cell]] = {
    XSD.integer: int,
    XSD.decimal: Decimal,
    XSD.double: float,
    XSD.float: float,
    XSD.date: date.fromisoformat,
    XSD.boolean: lambda text: text in ("true", "1"),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question can be asked about; the default is as SPARQL writes it, UNDEF for any entity."""

    name: str
    default: str
    about: str

    @property
    def is_entity(self) -> bool:
        """Whether an entity fills it, rather than a text or a number."""
        return self.default == "UNDEF"


@dataclass(frozen=True, slots=True)
class Question:
    """A SPARQL query with a name, a title and parameters."""

    name: str
    title: str
    sparql: str
    parameters: tuple[Parameter, ...] = ()


Words = tuple[str, str, str]  # the subject, the property and the object of a fact, in words


@dataclass(frozen=True, slots=True)
class Reason:
    """A fact that axioms give, in words, and the facts that it follows from in one step, each way that it does."""

    fact: Words
    premises: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A claim in words: what it says, how surely, and where which article says so."""

    subject: str
    property: str
    object: str
    status: str
    confidence: Decimal
    words: str
    start: int
    end: int
    article: str
    title: str
    published: str
    rule: str
    claim: Iri


def questions(folder: Path) -> Mapping[str, Question]:
    """The named questions of an ontology's folder, by name."""
    paths = sorted((folder / "questions").glob("*.rq"))
    return {path.stem: _parse_question(path.stem, path.read_text(encoding="utf-8")) for path in paths}


def ask(graph: Graph, question_or_sparql: str, **params: object) -> Table:
    """The answer to a named question or a SPARQL query over the facts; QueryError if it cannot be asked."""
    question = _question(graph, question_or_sparql.strip())
    known = {parameter.name: parameter for parameter in question.parameters}
    if unknown := sorted(params.keys() - known.keys()):
        hint = did_you_mean(unknown[0], known) or f"; it has {', '.join(known) or 'none'}"
        raise QueryError(f"{question.name} has no parameter {unknown[0]!r}{hint}")
    values = {name: _terms(graph, known[name], value) for name, value in params.items() if value is not None}
    return _run(graph, _bind(question, values))


def find_entities(graph: Graph, name: str) -> tuple[Iri, ...]:
    """All entities with a name, or the one with an IRI ("ent:meta"); QueryError, with near names, if there is none."""
    prefix, _, rest = name.partition(":")
    iri = graph.ontology.prefixes[prefix] + rest if prefix in graph.ontology.prefixes else name
    iri = _led_to(graph, iri)
    if written := _written(graph, iri, name):
        return written
    names = _names(graph)
    wanted = cache(partial(normalise, name))
    found = (
        {each.entity for each in names if each.name.casefold() == name.casefold()}
        or {each.entity for each in names if normalise(each.name, each.endings) == wanted(each.endings)}
    )
    if not found:
        labels = {each.name for each in names}
        raise QueryError(f"nothing in the graph is named {name!r}{did_you_mean(name, labels)}")
    return tuple(sorted(found))


def _written(graph: Graph, iri: Iri, name: str) -> tuple[Iri, ...]:
    """The entity with an IRI, or those with a name to the letter; asked of the store's indexes, for it is the rule."""
    label, also = ox.NamedNode(RDFS.label), ox.NamedNode(SKOS.altLabel)
    if _is_entity(iri):
        return (iri,) if any(graph.store.quads_for_pattern(ox.NamedNode(iri), label, None, FACTS)) else ()
    if not name.isprintable():  # such as half of a pair of surrogates, of which there is no literal
        return ()
    places = ((label, FACTS), (also, FACTS), (also, KNOWN))
    found = {
        text_of(quad.subject)
        for predicate, place in places
        for quad in graph.store.quads_for_pattern(None, predicate, ox.Literal(name), place)
    }
    told = {each for each in found if any(graph.store.quads_for_pattern(ox.NamedNode(each), label, None, FACTS))}
    return tuple(sorted(each for each in told if _is_entity(each)))


def _is_entity(iri: Iri) -> bool:
    return iri.startswith(ENTITY) and iri.isprintable() and not re.search(r"[\s<>\"{}|\\^`]", iri)


def _led_to(graph: Graph, iri: Iri) -> Iri:
    """The IRI of the thing that an IRI leads to: its own, or that of the thing it was merged into."""
    if not _is_entity(iri):
        return iri
    found = graph.store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(OWL.sameAs), None, IDENTITY)
    return next((text_of(quad.object) for quad in found), iri)


def find_entity(graph: Graph, name: str) -> Iri:
    """The entity with a name or IRI; QueryError if there is none, or if several things have that name."""
    found = find_entities(graph, name)
    mains = [iri for iri in found if label_of(graph, iri).casefold() == name.casefold()] if len(found) > 1 else []
    chosen = mains if len(mains) == 1 else found
    if len(chosen) > 1:
        choice = ", ".join(shorten(graph, iri) for iri in chosen)
        raise QueryError(f"several things are named {name!r}: {choice}; say which")
    return chosen[0]


def names(graph: Graph) -> tuple[str, ...]:
    """All names of all things, each once, sorted whatever their case."""
    return tuple(sorted({each.name for each in _names(graph)}, key=lambda name: (name.casefold(), name)))


def explain(graph: Graph, entity: str | None = None, property: str | None = None) -> list[Explanation]:
    """What articles say, of one entity and with one property if named, also what facts with it follow from."""
    ends = [ox.NamedNode(find_entity(graph, entity))] if entity else []
    asked = [ox.NamedNode(find_property(graph, property))] if property else []
    question = _parse_question("claims", read_query("explain/claims.rq"))
    rows = _run(graph, _bind(question, {"entity": ends, "asked": asked})).rows
    if asked:
        claims = {ox.NamedNode(str(row[-1])) for row in rows}
        claims |= _asserting(graph, _premises(graph, asked[0], ends[0] if ends else None))
        rows = _run(graph, _bind(question, {"claim": sorted(claims, key=str)})).rows if claims else ()
    return [Explanation(*row) for row in rows]  # type: ignore[arg-type]


def explain_identity(graph: Graph, entity: str) -> Table:
    """What articles call a thing, which names were taken for it and which were not, why, and how surely."""
    question = _parse_question("identity", read_query("explain/identity.rq"))
    iri = find_entity(graph, entity)
    table = _run(graph, _bind(question, {"entity": [ox.NamedNode(iri)]}))
    rows = [(what, shorten(graph, str(name)), *rest) for what, name, *rest in (("is", iri, *[None] * 5), *table.rows)]
    return Table(table.columns, tuple(rows))


def reasons(graph: Graph, entity: str | None, property: str) -> list[Reason]:
    """The inferred facts with a property, of one thing if named, and those that they rest on, before their premises."""
    end = ox.NamedNode(find_entity(graph, entity)) if entity else None
    found = []
    for fact, premises in _premises(graph, ox.NamedNode(find_property(graph, property)), end).items():
        if premises:
            found.append(Reason(_in_words(graph, fact), tuple(_in_words(graph, each) for each in premises)))
    return found


def _premises(graph: Graph, prop: ox.NamedNode, end: ox.NamedNode | None) -> Mapping[ox.Triple, Sequence[ox.Triple]]:
    """The facts with a property, of one thing if given, and those that they rest on, each with what it follows from.

    What is stated follows from nothing, whatever else it follows from.
    """
    told = (quad.triple for quad in graph.store.quads_for_pattern(None, prop, None, FACTS))
    edge = sorted((fact for fact in told if end is None or end in (fact.subject, fact.object)), key=str, reverse=True)
    found: dict[ox.Triple, Sequence[ox.Triple]] = {}
    query = read_query("explain/premises.rq")
    while edge:
        fact = edge.pop()
        if fact not in found:
            names = {"subject": fact.subject, "property": fact.predicate, "object": fact.object}
            steps = graph.store.query(query, substitutions={ox.Variable(name): term for name, term in names.items()})
            assert isinstance(steps, ox.QuerySolutions)
            found[fact] = sorted({ox.Triple(step["s"], step["p"], step["o"]) for step in steps}, key=str)
            edge += reversed(found[fact])
    return found


def _in_words(graph: Graph, fact: ox.Triple) -> Words:
    def name(term: object) -> str:
        if not isinstance(term, ox.NamedNode):
            return text_of(term)  # type: ignore[arg-type]
        return label_of(graph, text_of(term))

    return name(fact.subject), graph.ontology.label(text_of(fact.predicate)), name(fact.object)


def label_of(graph: Graph, iri: Iri) -> str:
    """The name of a thing or an amount, as facts have it, else its IRI."""
    labels = graph.store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(RDFS.label), None, FACTS)
    return min((text_of(quad.object) for quad in labels), default=iri)


def _asserting(graph: Graph, facts: Iterable[ox.Triple]) -> set[ox.NamedNode]:
    """The claims that assert one of these facts."""
    query = read_query("explain/asserting.rq")
    claims: set[ox.NamedNode] = set()
    for fact in facts:
        names = {"subject": fact.subject, "property": fact.predicate, "object": fact.object}
        said = graph.store.query(query, substitutions={ox.Variable(name): term for name, term in names.items()})
        assert isinstance(said, ox.QuerySolutions)
        claims |= {each["claim"] for each in said}
    return claims


def find_property(graph: Graph, name: str) -> Iri:
    """The property with a label, a local name or an IRI ("runs on", "runsOn"); QueryError if there is none."""
    names: dict[str, Iri] = {}
    for quad in sorted(graph.ontology.schema.quads_for_pattern(None, ox.NamedNode(RDFS.label), None), key=str):
        iri = text_of(quad.subject)
        for form in (iri, shorten(graph, iri), local_name(iri), text_of(quad.object)):
            names.setdefault(form.casefold(), iri)
    if name.casefold() not in names:
        raise QueryError(f"no property {name!r}{did_you_mean(name, names)}")
    return names[name.casefold()]


def _question(graph: Graph, text: str) -> Question:
    if not re.fullmatch(r"[\w-]+", text):
        return _parse_question("the query", text)
    known = questions(graph.ontology.folder)
    if text not in known:
        raise QueryError(f"no question {text!r}{did_you_mean(text, known)}")
    return known[text]


def _parse_question(name: str, text: str) -> Question:
    header = dict(re.findall(r"^#\s*(title):\s*(.+)$", text, re.MULTILINE))
    abouts = dict(re.findall(r"^#\s*param:\s*(\w+)\s*[—:-]\s*(.+)$", text, re.MULTILINE))
    defaults = dict(re.findall(_VALUES.format(name=r"(\w+)"), text))
    parameters = [Parameter(key, default.strip(), abouts.get(key, "")) for key, default in defaults.items()]
    open_ones = tuple(each for each in parameters if each.is_entity or each.about)
    return Question(name, header.get("title", name), text, open_ones)


def _bind(question: Question, values: Mapping[str, Sequence[Term]]) -> str:
    """The query with terms in place of its parameters' defaults: SPARQL escapes them, no value is query text."""
    text = question.sparql
    for parameter in question.parameters:
        terms = " ".join(map(str, values.get(parameter.name, ()))) or parameter.default
        line = f"VALUES ?{parameter.name} {{ {terms} }}" if terms != "UNDEF" else ""
        text = re.sub(_VALUES.format(name=parameter.name), lambda _, line=line: line, text)  # type: ignore[misc]
    return text


def _terms(graph: Graph, parameter: Parameter, value: object) -> Sequence[Term]:
    """What stands for a parameter's value: all entities of that name, a number, or a text."""
    if parameter.is_entity:
        return [ox.NamedNode(iri) for iri in find_entities(graph, str(value))]
    if not re.fullmatch(_NUMBER, parameter.default):
        return [ox.Literal(_text(str(value), f"parameter {parameter.name!r}"))]
    if not re.fullmatch(_NUMBER, str(value)):
        raise QueryError(f"parameter {parameter.name!r} is a number, not {str(value)!r}")
    return [ox.Literal(str(value), datatype=ox.NamedNode(XSD.decimal))]


def _text(text: str, what: str) -> str:
    """The text itself; QueryError if it has half a character (a lone surrogate), which no graph can hold."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QueryError(f"{what} is no Unicode text: {text[error.start : error.end]!r} stands alone in it") from error
    return text


def _run(graph: Graph, sparql: str) -> Table:
    _text(sparql, "the query")
    refuse_updates(sparql)
    try:
        refuse_services(sparql, graph.ontology.prefixes)
        result = graph.store.query(sparql, prefixes=dict(graph.ontology.prefixes))
        if isinstance(result, ox.QueryBoolean):
            return Table(("answer",), ((bool(result),),))
        if isinstance(result, ox.QueryTriples):
            triples = sorted(result, key=str)
            rows = tuple((_cell(t.subject), _cell(t.predicate), _cell(t.object)) for t in triples)
            return Table(("subject", "predicate", "object"), rows)
        columns = tuple(variable.value for variable in result.variables)
        return Table(columns, tuple(tuple(_cell(solution[name]) for name in columns) for solution in result))
    except SyntaxError as error:
        raise QueryError(f"not a SPARQL query: {where(sparql, str(error))}") from error
    except (ValueError, RuntimeError, OSError) as error:
        raise QueryError(f"the query cannot be answered: {' '.join(str(error).split())}") from error


class _Name(NamedTuple):
    """A name of an entity, and the words that may be left off its end."""

    entity: Iri
    name: str
    endings: frozenset[str]


def _names(graph: Graph) -> list[_Name]:
    """All names of the entities that facts speak of."""
    rows = _run(graph, read_query("names.rq")).rows
    return [
        _Name(str(iri), str(name), legal_forms(str(kind), graph.ontology))
        for iri, name, kind, _ in rows
        if str(iri).startswith(ENTITY)
    ]


def _cell(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> Cell:
    if not isinstance(term, ox.Literal):
        return None if term is None else text_of(term)
    try:
        return _MAKE.get(term.datatype.value, str)(term.value)
    except (ValueError, ArithmeticError):
        return term.value  # an ill-typed literal is shown as it is written


def shorten(graph: Graph, iri: Iri) -> str:
    """An IRI with the prefix that fits best, else as it is."""
    fits = [(len(ns), prefix, ns) for prefix, ns in graph.ontology.prefixes.items() if ns and iri.startswith(ns)]
    return f"{max(fits)[1]}:{iri[max(fits)[0] :]}" if fits else iri


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """What to say of a name that is none: those of some names that are spelt nearly so.

    >>> did_you_mean("Mete", ["Meta", "OpenAI"])
    "; did you mean 'Meta'?"
    """
    near = process.extract(name, sorted(names), scorer=fuzz.ratio, processor=str.casefold, limit=3, score_cutoff=60)
    return f"; did you mean {' or '.join(repr(match[0]) for match in near)}?" if near else ""
