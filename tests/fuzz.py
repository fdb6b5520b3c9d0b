"""What strangers may give, by the thing that takes it: each input gives a result, or an error of the one kind there.

    python tests/fuzz.py 20000 phrase values ask      so many inputs for each of these; without names, for all

`tests/test_fuzz.py` runs a bounded share of the same, and `kg serve` has its own there.
"""

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from extractions import ENT, MUSE
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from kg.errors import GraphError, KgError, OntologyError, QueryError
from kg.extract import Extractor
from kg.graph import Graph
from kg.lexicon import FORMS, Lexicon, compile_phrase, parse_example
from kg.model import Article
from kg.ontology import KNOWN, SCHEMA_FILES, load_ontology
from kg.quads import article_quads
from kg.query import ask, explain, questions
from kg.terminal import in_a_line
from kg.values import find_values

STRANGE = [
    "\0",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u200d",
    "\u0301" * 40,
    "\ufffe",
    "\uffff",
    "\x1b[31m",
    "\ud800",
    "\u2028",
    "\x85",
    "٣",
    "²",
    "½",
    "Ⅷ",
    "𝟗",
    "０",
    "İ",
    "ß",
    "ﬁ",
    "☃",
    "★" * 9,
    "x" * 3_000,
    "]]>",
    "\\",
    '"',
    "'",
    "\r",
    "\t",
    "\n\n",
]
NEWS = (
    "Meta launched acquired Muse Spark Apple for $ 5 billion on April 8 , 2026 . The company 's CEO said it will not"
    " “ leads ” 3 million users 99999-12-31 2024-02-30 last next May week 400 days ago Inc. AI ; ( and , who —"
).split()
PHRASES = (
    "{subject} {object} {subject:Zorg} {object:Acme} { } 's - be of by develop CEO stake ( ) [planned] [x] = a , . :"
).split()
SPARQL = (
    "SELECT * ?x ?y WHERE { } . ; ( ) ASK CONSTRUCT FILTER rdfs:label tn:Company a 'Meta' \"x\" COUNT AS VALUES UNDEF"
    " INSERT DATA DROP ALL SERVICE <http://x/> LOAD GRAPH BASE PREFIX : UNION OPTIONAL BIND LIMIT 1 # \\ who-leads /* ^"
    " + regex"
).split()
TURTLE = (
    "@prefix a: <http://a/> . a:b rdfs:label rdf:type owl:Class lex:verb lex:cue lex:example lex:head lex:term"
    ' "{subject} x" "" "[x] y" _:c ( ) [ ] ; , . """ <http://x/{}> claim:planned a owl:sameAs ent:meta ent:whatsapp'
).split()
PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in load_ontology().prefixes.items())
DAYS = st.sampled_from(["", "2026-04-09", "0001-01-01", "9999-12-31"])


def made_of(words: list[str], most: int = 30) -> st.SearchStrategy[str]:
    """Texts of some words, of strange things, and of anything at all."""
    piece = st.one_of(st.sampled_from(words), st.sampled_from(words), st.sampled_from(STRANGE), st.text(max_size=6))
    glue = st.sampled_from(["", " ", " ", " ", "\n"])
    return st.lists(st.tuples(piece, glue).map("".join), max_size=most).map("".join)


@dataclass(frozen=True)
class Target:
    """What takes the inputs, and what these are."""

    take: Callable[..., object]
    inputs: st.SearchStrategy[object]


def in_one_line(error: KgError) -> None:
    """As a user gets it, an error is one line of some length, and nothing that a terminal obeys."""
    line = in_a_line(error)
    assert not set(line) & {"\n", "\r", "\x1b", "\u202e", "\ud800"}
    assert len(line) < 3_000


def _phrase(given: tuple[str, str]) -> None:
    form, text = given
    for compiled in (lambda: compile_phrase("p", form, text), lambda: parse_example("p", text, True)):
        try:
            compiled()
        except OntologyError as error:
            in_one_line(error)


def _ontology(content: bytes) -> None:
    with TemporaryDirectory() as name:
        for file in (*SCHEMA_FILES, KNOWN):
            (Path(name) / file).write_bytes(content if file == SCHEMA_FILES[0] else b"")
        try:
            ontology = load_ontology(Path(name))
            lexicon = Lexicon(ontology)
            for part in (
                "frames",
                "words",
                "heads",
                "affixes",
                "pronouns",
                "shadows",
                "terms",
                "cues",
                "known",
                "examples",
            ):
                getattr(lexicon, part)
            assert ontology.classes is not None
            assert ontology.properties is not None
        except OntologyError as error:
            in_one_line(error)


def _values(given: tuple[str, str]) -> None:
    text, day = given
    for found in find_values(text, day):
        assert 0 <= found.span.start < found.span.end <= len(text)


class Things:
    """What is slow to make: a small graph, and an extractor."""

    def __init__(self) -> None:
        self.graph = Graph.open()
        self.graph.add([MUSE])
        self.questions = [
            (q.name, p.name) for q in questions(self.graph.ontology.folder).values() for p in q.parameters
        ]
        self.nquads = b"".join(sorted(f"{quad} .\n".encode() for quad in self.graph.store))
        self.extractor = Extractor()

    def ask(self, text: str) -> None:
        try:
            ask(self.graph, text).to_csv()
        except QueryError as error:
            in_one_line(error)

    def parameter(self, given: tuple[tuple[str, str], str]) -> None:
        (question, name), text = given
        try:
            ask(self.graph, question, **{name: text})
        except QueryError as error:
            in_one_line(error)
        echo = '# param: v — any\nSELECT ?v { VALUES ?v { "a" } }'
        try:
            assert ask(self.graph, echo, v=text).rows == ((text,),)
        except QueryError:
            assert any("\ud800" <= c <= "\udfff" for c in text), text

    def quads(self, given: tuple[str, bytes]) -> None:
        ending, content = given
        with TemporaryDirectory() as name:
            path = Path(name) / f"a{ending}"
            path.write_bytes(content)
            try:
                with Graph.open(path, read_only=True, ontology=self.graph.ontology) as graph:
                    assert isinstance(graph.articles, tuple)
                    explain(graph)
                with Graph.open(path, ontology=self.graph.ontology) as graph:
                    graph.refresh()
            except (GraphError, QueryError) as error:
                in_one_line(error)

    def same(self, text: str) -> None:
        try:
            self.graph.correct(text)
            self.graph.correct("")
        except GraphError as error:
            in_one_line(error)

    def text(self, text: str) -> None:
        article = Article("a", "", text.encode(errors="replace").decode(), "2026-04-09")
        extraction = self.extractor.extract(article)
        for claim in extraction.claims:
            assert article.content[claim.evidence.span.start : claim.evidence.span.end] == claim.evidence.words
        article_quads(extraction)

    def mutated(self, content: bytes, chance: random.Random) -> bytes:
        """The quads of a graph with some bytes and lines changed."""
        lines = content.splitlines(keepends=True)
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(lines))
            kind = chance.randrange(5)
            if kind == 0:
                lines[at] = lines[chance.randrange(len(lines))]
            elif kind == 1:
                del lines[at]
            elif kind == 2:
                line = bytearray(lines[at])
                line[chance.randrange(len(line))] = chance.choice(b'<>"\\ .@^\0_:\xff123aZ')
                lines[at] = bytes(line)
            elif kind == 3:
                parts = lines[at].split(b" ")
                chance.shuffle(parts)
                lines[at] = b" ".join(parts)
            else:
                lines[at] = lines[at].replace(b'"', b'"' + chance.choice([b"99", b"-", b"x", b"\\u0000"]), 1)
        return b"".join(lines[: len(lines) if chance.random() < 0.8 else chance.randrange(1, len(lines))])


def targets() -> dict[str, Target]:
    """All of them, by name."""
    things = Things()
    chances = st.integers(0, 2**32).map(random.Random)
    changed = chances.map(lambda chance: things.mutated(things.nquads, chance))
    turtle = st.one_of(made_of(TURTLE).map(lambda t: PREFIXES + t), made_of(TURTLE))
    owl = turtle.map(lambda text: text + f"\n<{ENT.meta}> owl:sameAs <{ENT.whatsapp}> ." if len(text) % 3 else text)
    return {
        "phrase": Target(_phrase, st.tuples(st.sampled_from(FORMS), made_of(PHRASES, 12))),
        "ontology": Target(_ontology, turtle.map(lambda text: text.encode(errors="surrogatepass"))),
        "values": Target(_values, st.tuples(made_of([*NEWS, "9" * 400, "1,000,000,000.5", "99999-01-01"]), DAYS)),
        "ask": Target(things.ask, made_of(SPARQL)),
        "parameter": Target(things.parameter, st.tuples(st.sampled_from(things.questions), made_of(SPARQL, 8))),
        "quads": Target(
            things.quads, st.tuples(st.sampled_from([".nq", ".trig"]), st.one_of(changed, changed, st.binary()))
        ),
        "same": Target(things.same, owl),
        "text": Target(things.text, made_of(NEWS, 60)),
    }


def run(target: Target, count: int, start: int = 0) -> None:
    """Gives a target so many inputs."""

    @seed(start)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(target.inputs)
    def take(given: object) -> None:
        target.take(given)

    take()


if __name__ == "__main__":
    known = targets()
    for each in sys.argv[2:] or known:
        begun = time.monotonic()
        run(known[each], int(sys.argv[1]), start=1)
        sys.stdout.write(f"{each}: {sys.argv[1]} inputs in {time.monotonic() - begun:.0f} s\n")
