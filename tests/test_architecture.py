"""The rules of the house that a machine can check: picture, sizes, docstrings, and no word of the domain in code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import kg
from kg.model import local_name
from kg.ontology import load_ontology
from kg.vocab import OWL, RDF

PACKAGE = Path(kg.__file__).parent
MODULES = {path.stem: path for path in sorted(PACKAGE.glob("*.py")) if path.stem != "__init__"}
QUERIES = sorted([*PACKAGE.glob("queries/**/*.rq"), *PACKAGE.glob("queries/**/*.ru")])
MOST_LINES, MOST_LINES_OF_A_FUNCTION, MOST_PARAMETERS = 450, 45, 5
GLOSSARY = {"Entity"}  # the system's own word for a thing that an article names, and the domain's root class

Function = ast.FunctionDef | ast.AsyncFunctionDef


def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def picture() -> dict[str, tuple[int, str]]:
    """Each module's row, counted from the bottom, and its half: left, right, or both where the row has no bar."""
    assert kg.__doc__
    drawn = kg.__doc__[kg.__doc__.index("───") :].split("\n")
    rows = [line for line in drawn if "───" not in line and line.strip()]
    places = {}
    for row, line in enumerate(reversed(rows)):
        halves = line.split("│")
        for half, part in zip(("left", "right") if len(halves) == 2 else ("both",), halves, strict=True):
            for module in part.split():
                assert module not in places, f"{module} stands twice"
                places[module] = (row, half)
    return places


PICTURE = picture()


def imports(module: str) -> Iterator[tuple[str, int]]:
    """The modules of the package that a module imports anywhere in it, with the line."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            names = [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]
            yield from ((name, node.lineno) for name in names if not name.startswith("__"))
            continue
        absolute = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        absolute += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        yield from (("an absolute import", node.lineno) for name in absolute if name.split(".")[0] == "kg")


def functions(module: str) -> Iterator[Function]:
    yield from (node for node in ast.walk(tree(module)) if isinstance(node, Function))


def docstrings(module: str) -> set[int]:
    """The constants that are docstrings, by identity of their place."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found.add(node.value.lineno)
    return found


def imported_libraries(module: str) -> set[str]:
    """The names that stand for whole libraries in a module."""
    found = [alias for node in ast.walk(tree(module)) if isinstance(node, ast.Import) for alias in node.names]
    return {alias.asname or alias.name for alias in found}


def domain_names() -> set[str]:
    """The local names of all classes and properties that technews.ttl declares in its own namespace."""
    ontology = load_ontology()
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    declared = {iri for iri, kind in ontology.values(None, RDF.type) if kind in kinds}
    return {local_name(iri) for iri in declared if iri.startswith(ontology.prefixes["tn"])} - GLOSSARY


DOMAIN = domain_names()


def test_the_picture_shows_every_module_and_no_other():
    assert PICTURE.keys() == MODULES.keys()


def test_the_picture_has_two_halves_and_what_both_share():
    assert {half for _, half in PICTURE.values()} == {"left", "right", "both"}
    assert len(PICTURE) > 30


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down_and_never_across(module):
    row, half = PICTURE[module]
    for imported, line in imports(module):
        place = f"{module}.py, line {line}, imports {imported}"
        assert imported in PICTURE, place
        below, other = PICTURE[imported]
        assert below < row, f"{place}, which does not stand in a lower row"
        assert "both" in (half, other) or half == other, f"{place}, of the other half"


def test_the_facade_is_lazy():
    top = ast.parse(Path(kg.__file__).read_text(encoding="utf-8")).body
    assert not [node for node in top if isinstance(node, ast.ImportFrom) and node.level]
    assert {"Article", "Extractor", "Graph", "open"} <= set(dir(kg))
    assert all(getattr(kg, name) is not None for name in kg.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        kg.nothing  # noqa: B018


@pytest.mark.parametrize("module", MODULES)
def test_modules_and_functions_are_small(module):
    lines = MODULES[module].read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES, f"{module}.py has {lines} lines"
    for function in functions(module):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= MOST_LINES_OF_A_FUNCTION, f"{module}.{function.name} has {length} lines"
        arguments = function.args
        names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        count = len([name for name in names if name not in ("self", "cls")])
        assert count <= MOST_PARAMETERS, f"{module}.{function.name} has {count} parameters"


@pytest.mark.parametrize("module", MODULES)
def test_all_that_is_public_has_a_docstring(module):
    assert ast.get_docstring(tree(module)), f"{module}.py has none"
    for node in tree(module).body:
        public = [node] if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_") else []
        if public and isinstance(node, ast.ClassDef):
            public += [each for each in node.body if isinstance(each, Function) and not each.name.startswith("_")]
        for each in public:
            assert ast.get_docstring(each), f"{module}.{each.name}, line {each.lineno}, has none"


@pytest.mark.parametrize("module", MODULES)
def test_no_word_of_the_domain_stands_in_code(module):
    exempt, libraries = docstrings(module), imported_libraries(module)
    found = []
    for node in ast.walk(tree(module)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in libraries:
            continue  # rdflib.Dataset is a library's name
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and line not in exempt:
            found += [(line, name) for name in domain_words(node.value)]
        for field in ("id", "attr", "arg", "name"):
            if getattr(node, field, None) in DOMAIN and not isinstance(node, ast.alias):
                found.append((line, getattr(node, field)))
    assert not found


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_no_word_of_the_domain_stands_in_a_query(path):
    code = re.sub(r"(?m)^\s*#.*$", "", path.read_text(encoding="utf-8"))
    assert not domain_words(code)


def domain_words(text: str) -> list[str]:
    """The names of the domain in a string: an IRI's or prefixed name's end, the whole of it, or an unmistakable word.

    "who uses it" is English, while "tn:uses", "uses" and "developedBy" are the ontology's.
    """
    words = re.findall(r"([#/:]?)\b(\w+)", text)
    return [
        word
        for mark, word in words
        if word in DOMAIN and (mark or text.strip() == word or re.search(r"[a-z][A-Z]", word) or word.isupper())
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tn:uses", ["uses"]),
        ("uses", ["uses"]),
        ("https://w3id.org/technews-kg/ontology#Person", ["Person"]),
        ("?x tn:developedBy ?y", ["developedBy"]),
        ("who uses it", []),
        ("Everything said is a claim", []),
    ],
)
def test_a_domain_word_is_told_from_an_english_one(text, found):
    assert domain_words(text) == found


def test_the_domain_has_the_names_of_the_contract():
    assert len(DOMAIN) > 65
    assert {"AIModel", "developedBy", "price", "uses"} <= DOMAIN
    assert len(QUERIES) >= 10
