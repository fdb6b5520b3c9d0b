"""What tests share: the repository's folder, an extractor, and a small graph on disk, each made once."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg.articles import read_articles
from kg.extract import Extractor
from kg.graph import Graph
from kg.model import Article

ROOT = Path(__file__).parent.parent
FEW = ("muse-spark-launch", "iphone-16", "google-wiz", "meta-superintelligence-labs")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    """The extractor that ships, loaded once."""
    return Extractor()


@pytest.fixture(scope="session")
def small_graph(extractor: Extractor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph in a folder, of a few articles; tests that change it take a copy (`graph_copy`)."""
    path = tmp_path_factory.mktemp("small") / "graph"
    articles = [a for a in read_articles([ROOT / "data/articles"]) if isinstance(a, Article) and a.id in FEW]
    assert len(articles) == len(FEW)
    with Graph.open(path, create=True, ontology=extractor.ontology) as graph:
        graph.add(extractor.extract_all(articles))
    return path


@pytest.fixture
def graph_copy(small_graph: Path, tmp_path: Path) -> Path:
    """The small graph, to be changed."""
    return Path(shutil.copytree(small_graph, tmp_path / "graph"))


@pytest.fixture(scope="session")
def phrases_only() -> Extractor:
    """An extractor without any trained part."""
    return Extractor(trained=None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium; one a module, as while it runs nothing else there can run an event loop."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
