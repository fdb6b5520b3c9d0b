"""The lexicon's own examples as articles: each says what its sentence must, or must not, yield."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .claims import Reading
from .documents import Document
from .entities import Entities
from .extract import Extractor
from .lexicon import Example
from .mentions import Stretch
from .model import Article, Claim, Iri
from .tokens import Tokens

EXAMPLE_DAY = "2026-04-09"  # when examples are taken to be published, for their relative dates


@dataclass(frozen=True)
class Given:
    """A recogniser that finds the names it was given, with their classes."""

    classes: Mapping[str, tuple[Iri, ...]]

    def names(self, tokens: Tokens) -> Iterator[tuple[Stretch, Mapping[Iri, float]]]:
        """The stretches whose words are a given name."""
        for words, classes in self.classes.items():
            at = tokens.text.find(words)
            if at >= 0:
                first, last = bisect_right(tokens.starts, at) - 1, bisect_left(tokens.starts, at + len(words))
                yield (first, last), dict.fromkeys(classes, 5.0)


def read_example(extractor: Extractor, example: Example) -> tuple[Document, Entities]:
    """An example parsed, and who is who in it, its slots taken as names of fitting classes."""
    return next(extractor.read(*_given(extractor, example)))


def fired_by(extractor: Extractor, example: Example) -> frozenset[tuple[Iri, str]]:
    """The phrases that hold in an example, each as its property and its rule."""
    reading = Reading(*read_example(extractor, example), extractor.lexicon)
    return frozenset((m.frame.property, m.frame.rule) for m in reading.matches)


def _given(extractor: Extractor, example: Example) -> tuple[Given, list[Article]]:
    prop = extractor.ontology.properties[example.property]
    names = {example.subject: prop.subjects} | ({} if prop.value else {example.object: prop.objects})
    return Given(names), [Article("example", "", example.text, EXAMPLE_DAY)]


def claims_of(example: Example, extractor: Extractor) -> tuple[Claim, ...]:
    """The claims of an example that have its property, its subject and its object, as the example marks them."""
    prop = extractor.ontology.properties[example.property]
    found = []
    for claim in next(extractor.extract_with(*_given(extractor, example))).claims:
        ends = [claim.subject, claim.object if isinstance(claim.object, str) else example.object]
        wanted = [example.subject, example.object]
        if claim.property == prop.iri and (ends == wanted or (prop.symmetric and ends == wanted[::-1])):
            found.append(claim)
    return tuple(found)
