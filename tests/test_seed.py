"""The story that the project began with: what the news of Muse Spark must give, and the sentence for each of it.

Twice: on our own words in data/articles, and on the article that stands beside the repository, where it does.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT

from kg.articles import read_articles
from kg.cli import cli
from kg.extract import Extractor
from kg.graph import Graph
from kg.model import Article
from kg.query import ask
from kg.trained import load_parts

OWN = ROOT / "data/articles/muse-spark-launch.md"
SEED = ROOT.parent / "shared/seed/muse-spark-article.txt"
GLASSES = re.compile(r"Ray-Ban Meta( smart)?( glasses)?")
LABS = re.compile(r"(Meta )?Superintelligence Labs")

# Subject, property, object as a name, a value or a pattern, and words that the sentence must have.
SAID = [
    ("Muse Spark", "developedBy", LABS, "Superintelligence Labs"),
    ("Muse Spark", "deployedOn", GLASSES, "Ray-Ban Meta"),
    ("Muse Spark", "releaseDate", "2026-04-08", "April"),
    ("Meta Superintelligence Labs", "partOf", "Meta", "Meta"),
]
SAID_IN_SEED = [*SAID, ("GPT", "developedBy", "OpenAI", "GPT")]
FACTS = """
SELECT ?subject ?object WHERE {
  ?s rdfs:label ?subject ; tn:%s ?o .
  OPTIONAL { ?o rdfs:label ?name }
  BIND (COALESCE(?name, STR(?o)) AS ?object)
}"""


@dataclass(frozen=True)
class Story:
    """A graph of one article, and the article."""

    path: Path
    article: Article

    def facts(self, prop: str) -> set[tuple[str, str]]:
        with Graph.open(self.path, read_only=True) as graph:
            return {(str(s), str(o)) for s, o in ask(graph, FACTS % prop).rows}

    def explained(self, *asked: str) -> list[dict[str, str]]:
        result = CliRunner().invoke(cli, ["explain", str(self.path), *asked, "-f", "json"])
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)


def story(path: Path, extractor: Extractor, folder: Path) -> Story:
    (article,) = read_articles([path])
    assert isinstance(article, Article)
    place = folder / "graph.nq"
    with Graph.open(place, create=True, ontology=extractor.ontology) as graph:
        graph.add([extractor.extract(article)])
    return Story(place, article)


@pytest.fixture(scope="module", params=["phrases", "trained"])
def way(request: pytest.FixtureRequest, extractor: Extractor) -> Extractor:
    if request.param == "phrases":
        return Extractor(trained=None)
    if load_parts() is None:
        pytest.skip("no trained parts in kg/models")
    return extractor


@pytest.fixture(scope="module")
def own(way: Extractor, tmp_path_factory: pytest.TempPathFactory) -> Story:
    return story(OWN, way, tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def seed(extractor: Extractor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    if not SEED.exists():
        pytest.skip(f"{SEED.name} is no part of the repository, and does not stand beside it")
    if load_parts() is None:
        pytest.skip("no trained parts in kg/models")
    yield story(SEED, extractor, tmp_path_factory.mktemp("seed"))


def is_said(wanted: str | re.Pattern[str], name: str) -> bool:
    return wanted == name if isinstance(wanted, str) else bool(wanted.fullmatch(name))


def check_fact(told: Story, subject: str, prop: str, wanted: str | re.Pattern[str]) -> None:
    facts = told.facts(prop)
    assert any(s == subject and is_said(wanted, o) for s, o in facts), sorted(facts)


def check_explained(told: Story, subject: str, prop: str, words: str) -> None:
    said = told.explained(subject, prop)
    assert said
    for each in said:
        assert told.article.content[each["start"] : each["end"]] == each["words"]  # type: ignore[misc]
        assert each["article"] == told.article.id
    assert any(each["status"] == "asserted" and words in each["words"] for each in said), said


def check_never_open(told: Story) -> None:
    """No fact and no asserted claim has it that Muse Spark is open source."""
    assert not [o for s, o in told.facts("license") if s == "Muse Spark" and "open" in o.lower()]
    for each in told.explained("Muse Spark"):
        if each["status"] == "asserted":
            assert "open" not in each["object"].lower() or each["property"] != "license", each


@pytest.mark.parametrize(("subject", "prop", "wanted", "words"), SAID)
def test_our_own_words_give_the_fact(own, subject, prop, wanted, words):
    check_fact(own, subject, prop, wanted)


@pytest.mark.parametrize(("subject", "prop", "wanted", "words"), SAID)
def test_explain_gives_the_sentence(own, subject, prop, wanted, words):
    check_explained(own, subject, prop, words)


def test_muse_spark_is_never_open_source(own):
    check_never_open(own)


def test_a_plan_is_no_fact(own):
    said = [each for each in own.explained("Muse Spark") if "private preview" in each["words"]]
    assert all(each["status"] != "asserted" for each in said)


@pytest.mark.parametrize(("subject", "prop", "wanted", "words"), SAID_IN_SEED)
def test_the_first_article_gives_the_fact(seed, subject, prop, wanted, words):
    check_fact(seed, subject, prop, wanted)


@pytest.mark.parametrize(("subject", "prop", "wanted", "words"), SAID_IN_SEED)
def test_explain_gives_the_sentence_of_the_first_article(seed, subject, prop, wanted, words):
    check_explained(seed, subject, prop, words)


def test_in_the_first_article_muse_spark_is_never_open_source(seed):
    check_never_open(seed)
