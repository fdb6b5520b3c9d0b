"""The ontology as a page: all that it declares, with phrases and examples; no request, no barrier, the same bytes."""

import logging
import os
import subprocess
import sys
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from conftest import ROOT
from zoo import make_ontology

from kg.errors import OntologyError
from kg.lexicon import FORMS
from kg.model import local_name
from kg.ontology import load_ontology
from kg.reference import reference_page
from kg.vocab import LEX


@pytest.fixture(scope="module")
def page() -> str:
    return reference_page(load_ontology())


def sections(page: str) -> dict[str, dict[str, list[str]]]:
    """What a page tells of each thing, by its id: the lines below each heading."""
    found: dict[str, dict[str, list[str]]] = {}
    for entity in lxml.html.document_fromstring(page).xpath("//div[contains(@class, 'entity')]"):
        rows = found.setdefault(entity.get("id"), {})
        for row in entity.xpath(".//tr"):
            lines = row.xpath("./td//li | ./td[not(.//li)]")
            rows[row.xpath("./th")[0].text_content().strip()] = [" ".join(e.text_content().split()) for e in lines]
    return found


def test_every_class_and_property_has_its_place_with_its_phrases_and_examples(page: str) -> None:
    ontology, told = load_ontology(), sections(page)
    headings = [element.text_content().split("\n")[0].strip() for element in lxml.html.fromstring(page).xpath("//h3")]
    for iri in (*ontology.classes, *ontology.properties):
        assert ontology.label(iri) in headings, iri
    phrases = [line for rows in told.values() for line in rows.get("Phrases", [])]
    assert len(phrases) > 300
    wanted = {f"{form}: {text}" for form in FORMS for _, text in ontology.values(None, LEX(form))}
    assert len(wanted) > 250 and wanted <= set(phrases)
    assert "{object} develop {subject}" in " ".join(told["developedBy"]["Phrases"])
    assert len(told["developedBy"]["Examples"]) > 5 and told["developedBy"]["Counter-examples"]
    assert told["Company"]["Phrases"][0].startswith("head: company, ")
    assert told["developedBy"]["Range"] == ["agent c"]


def test_ids_are_told_apart_and_links_within_lead_somewhere(page: str) -> None:
    document = lxml.html.document_fromstring(page)
    ids = document.xpath("//*/@id")
    assert len(ids) == len(set(ids)) > 80
    links = [href[1:] for href in document.xpath("//a/@href") if href.startswith("#")]
    assert len(links) > 150 and set(links) <= {*ids, ""}


def test_an_ontology_of_ones_own_has_a_page(tmp_path: Path) -> None:
    zoo = make_ontology(tmp_path)
    with pytest.raises(OntologyError, match="no owl:Ontology"):
        (tmp_path / "claims.ttl").write_text("", encoding="utf-8")
        reference_page(zoo)
    with (tmp_path / "technews.ttl").open("a", encoding="utf-8") as file:
        file.write(
            '<https://example.org/zoo> a owl:Ontology ; rdfs:label "The zoo" ; rdfs:comment "<script>x</script>" .\n'
            'z:feeds <https://w3id.org/technews-kg/lexicon#verb> "{subject} feed {object}" .'
        )
    told = reference_page(load_ontology(tmp_path))
    assert sections(told)["feeds"]["Phrases"] == ["verb: {subject} feed {object}"]
    assert "script-src" not in told and "default-src 'none'" in told


def test_it_is_the_same_in_every_process(page: str) -> None:
    code = "from kg.reference import reference_page; from kg.ontology import load_ontology; from hashlib import sha256;"
    code += "print(sha256(reference_page(load_ontology()).encode()).hexdigest())"
    env = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == sha256(page.encode()).hexdigest()
    assert done.stderr == ""


def test_nothing_is_left_behind(page: str) -> None:
    """PyLODE alone writes into its own folder, and makes all logging talk."""
    spec = find_spec("pylode")
    assert spec and spec.origin
    assert list(Path(spec.origin).parent.rglob("*.pickle")) == []
    assert logging.getLogger().level == logging.WARNING and logging.root.manager.disable == 0


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_a_browser_asks_no_host_and_axe_finds_nothing_serious(
    browser: Any, page: str, tmp_path: Path, scheme: str, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    path = tmp_path / "ontology.html"
    path.write_text(page, encoding="utf-8")
    tab = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    trouble: list[str] = []
    tab.on("console", lambda message: trouble.append(message.text))
    tab.on("request", lambda request: trouble.extend({request.url} - {path.as_uri()}))
    tab.goto(path.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.click("nav a[href='#developedBy']")
    assert tab.locator("#developedBy").is_visible()
    found = Axe().run(tab).response["violations"]
    assert not [each["id"] for each in found if each["impact"] in ("serious", "critical")]
    assert trouble == []
    tab.close()


def test_names_are_those_of_the_ontology(page: str) -> None:
    assert {local_name(iri) for iri in load_ontology().properties} <= sections(page).keys()
