"""What the README shows is true: its commands run and print that, its Python and Turtle work, its names exist.

A `$ cat FILE` in it is the file itself, for the commands that follow. Figures of confidence may differ.
"""

import ast
import doctest
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import ROOT
from servers import oxigraph, serving

import kg
from kg.cli import cli
from kg.examples import claims_of
from kg.extract import Extractor
from kg.lexicon import Lexicon
from kg.model import Article, Status, local_name
from kg.ontology import Ontology, load_ontology

README = (ROOT / "README.md").read_text(encoding="utf-8")
MODULES = sorted(path.stem for path in Path(kg.__file__).parent.glob("*.py") if path.stem != "__init__")
HEADER = """
@prefix tn: <https://w3id.org/technews-kg/ontology#> .
@prefix lex: <https://w3id.org/technews-kg/lexicon#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def blocks(language: str) -> list[str]:
    """The fenced blocks of the README in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands() -> Iterator[tuple[str, str]]:
    """Every command of the README's console blocks, with the lines that it shows below."""
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            yield command, shown


def plain(text: str) -> list[str]:
    """The lines of a text without blanks at their ends, and without figures of confidence."""
    lines = [re.sub(r"\b[01]\.\d\d\b", "N", line.rstrip()) for line in text.splitlines()]
    return [line for line in lines if line.strip()]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data that the README speaks of, and `kg` on the path."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "data").symlink_to(ROOT / "data")
    (folder / "build").mkdir()
    (folder / "bin").mkdir()
    program = folder / "bin/kg"
    program.write_text(f"#!{sys.executable}\nfrom kg.cli import main\n\nmain()\n", encoding="utf-8")
    program.chmod(0o755)
    return folder


def run(command: str, workplace: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(workplace / "bin"), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-c", command], cwd=workplace, env=environment, capture_output=True, text=True, check=False
    )


def serve(command: str, shown: str, workplace: Path, until: ExitStack) -> tuple[str, str]:
    """Where a command serves, as the README has it and as it is, after what it says was compared."""
    folder = workplace / re.search(r"build/\w+", command)[0]
    if command.startswith("oxigraph "):
        server = until.enter_context(oxigraph(folder))
        return re.search(r"127\.0\.0\.1:\d+", command)[0], urlsplit(server.url).netloc
    server = until.enter_context(serving(folder))
    place = urlsplit(server.url).netloc
    assert plain(server.said.replace(place, "127.0.0.1:8080")) == plain(shown)
    return "127.0.0.1:8080", place


def test_the_readme_s_commands_run_and_print_what_it_shows(workplace, request):
    count = shown_count = 0
    until, places = ExitStack(), {}
    request.addfinalizer(until.close)
    for command, shown in commands():
        if command.startswith("cat "):
            (workplace / command.removeprefix("cat ")).write_text(shown, encoding="utf-8")
            continue
        if command.startswith(("kg serve ", "oxigraph serve ")):
            told, place = serve(command, shown, workplace, until)
            places[told] = place
            continue
        if command.startswith("curl ") and not shutil.which("curl"):
            continue
        assert command.startswith(("kg ", "curl "))
        for told, place in places.items():
            command, shown = command.replace(told, place), shown.replace(told, place)
        done = run(command, workplace)
        assert done.returncode == 0, (command, done.stderr)
        if shown.strip():
            assert plain(shown) in (plain(done.stdout), plain(done.stderr + done.stdout)), command
            shown_count += 1
        count += 1
    assert count >= 12
    assert shown_count >= 3


def test_the_readme_s_python_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    text = "\n".join(blocks("python"))
    parsed = doctest.DocTestParser().get_doctest(text, {}, "README.md", "README.md", 0)
    assert len(parsed.examples) >= 10
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    said: list[str] = []
    runner.run(parsed, out=said.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(said)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    """The ontology with the Turtle that the README adds."""
    folder = Path(shutil.copytree(load_ontology().folder, tmp_path_factory.mktemp("grown") / "ontology"))
    with (folder / "lexicon.ttl").open("a", encoding="utf-8") as file:
        file.write("\n".join([HEADER, *blocks("turtle")]))
    return load_ontology(folder)


def test_the_readme_s_turtle_is_five_lines_and_one(grown):
    new_property, new_phrase = blocks("turtle")
    assert len(new_property.strip().splitlines()) == 5
    assert len(new_phrase.strip().splitlines()) == 1
    assert len(grown.properties) == len(load_ontology().properties) + 1


def test_the_readme_s_examples_of_phrases_hold(grown):
    extractor, old = Extractor(grown, trained=None), Lexicon(load_ontology()).examples
    new = [example for example in extractor.lexicon.examples if example not in old]
    assert len(new) == 4
    for example in new:
        statuses = {claim.status for claim in claims_of(example, extractor)}
        assert statuses == ({example.status} if example.holds else set()), example.text


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Google I/O was sponsored by Nvidia.", ("Nvidia", "sponsors", "Google I/O", "asserted")),
        ("Nvidia, which plans to sponsor Google I/O, is large.", ("Nvidia", "sponsors", "Google I/O", "planned")),
        ("OpenAI cooked up GPT-5 within a year.", ("GPT-5", "developedBy", "OpenAI", "asserted")),
    ],
)
def test_what_the_readme_adds_is_read(grown, text, claim, trained):
    extractor = Extractor(grown) if trained else Extractor(grown, trained=None)
    found = extractor.extract(Article("a", "", text, "2026-04-09")).claims
    assert claim in [(c.subject, local_name(c.property), str(c.object), str(c.status)) for c in found]


def test_the_readme_s_sentences_have_the_status_that_it_says(extractor):
    rows = re.findall(r"^\| `(\w+)` \|[^|]+\| “([^”]+)” \|$", README, re.MULTILINE)
    assert [status for status, _ in rows] == [str(status) for status in Status]
    for chosen in (extractor, Extractor(trained=None)):
        for status, text in rows:
            claims = chosen.extract(Article("a", "", text, "2026-04-09")).claims
            found = [str(c.status) for c in claims if local_name(c.property) == "releasedBy"]
            assert found == [status], (text, chosen is extractor)


def test_the_readme_names_every_command_and_dependency():
    table = set(re.findall(r"^\| `kg (\w+)", README, re.MULTILINE))
    assert table == set(cli.commands)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["check"], *extras["train"], *extras["serve"], *extras["notebook"]]
    assert len(wanted) > 15
    for requirement in wanted:
        name = re.match(r"[\w-]+", requirement)
        assert name
        assert re.search(rf"\b{re.escape(name[0])}\b", README), f"{name[0]} is not explained"


def test_the_files_that_the_readme_names_are_there():
    names = re.findall(r"`((?:tests|notebooks|data|ontology|kg)/[\w./-]+)`", README)
    names += re.findall(r"\]\(([\w./-]+)\)", README)
    assert len(names) >= 12
    assert [name for name in names if not (ROOT / name).exists()] == []
    ontology = re.findall(r"\b\w+\.ttl\b", README.split("## Layout")[1].split("## Guarantees")[0])
    assert sorted(ontology) == sorted(path.name for path in (ROOT / "ontology").glob("*.ttl"))


def test_the_first_screen_has_the_two_commands_and_the_makefile_knows_them():
    first = README.split("\n## ")[0]
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = set(re.findall(r"^make (\w+)", first, re.MULTILINE))
    assert shown == {"demo", "test"} <= targets
    assert len(first.splitlines()) <= 50


def test_the_readme_s_pictures_are_small_and_made_by_a_command():
    pictures = sorted((ROOT / "data/pictures").iterdir())
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert pictures and "python tests/pictures.py" in makefile and "python tests/bench.py" in makefile
    makers = "".join((ROOT / "tests" / name).read_text(encoding="utf-8") for name in ("pictures.py", "growth.py"))
    for picture in pictures:
        assert picture.stat().st_size <= 150_000
        assert f"](data/pictures/{picture.name})" in README
        assert f'"{picture.name}"' in makers


def test_the_changelog_begins_with_this_version():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changes, re.MULTILINE)[0] == kg.__version__


@pytest.mark.parametrize("name", MODULES)
def test_the_doctests_of_a_module_hold(name):
    module = importlib.import_module(f"kg.{name}")
    failed, _ = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


def test_there_are_doctests_enough():
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(f"kg.{name}")) if test.examples]
    assert len(found) >= 20
    trees = [ast.parse((ROOT / f"kg/{name}.py").read_text(encoding="utf-8")) for name in MODULES]
    assert all(ast.get_docstring(tree) for tree in trees)


@pytest.mark.parametrize("name", ["", *sorted(cli.commands)])
def test_every_help_ends_with_an_example(name):
    command = cli.commands[name] if name else cli
    assert command.epilog
    assert command.epilog.startswith(f"Example: kg {name}")
    assert command.help
