"""The notebooks run from top to bottom, in a copy, and are kept with outputs that show where nothing runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from store_notebooks import NOTEBOOKS, run, surroundings

NAMES = ["01_first_graph", "02_from_text_to_claims", "03_questions_in_sparql", "04_networks", "05_your_own_news"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the notebooks' surroundings: the graph that one builds there, the next one finds."""
    with surroundings(tmp_path_factory.mktemp("notebooks")) as place:
        yield place


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in code(notebook) for output in cell.outputs]


def forms(notebook: Any, form: str) -> list[str]:
    """What the outputs of a notebook have in a form, such as HTML."""
    return [output.data[form] for output in outputs(notebook) if form in output.get("data", {})]


def test_there_are_notebooks():
    assert [path.stem for path in NOTEBOOKS] == NAMES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, folder):
    before = path.read_bytes()
    notebook = run(path, folder)  # an error in a cell is raised here, with the cell
    assert len(forms(notebook, "text/html")) >= 4  # cards, tables, pictures
    assert len(forms(notebook, "image/png")) >= (2 if "networks" in path.stem else 0)
    assert any("<iframe" in html for html in forms(notebook, "text/html")) == ("first" in path.stem)
    assert not [output for output in outputs(notebook) if output.output_type == "stream" and output.name == "stderr"]
    errors = [output for output in outputs(notebook) if output.output_type == "error"]
    assert all(len(error.traceback) == 1 and error.traceback[0].startswith("QueryError: ") for error in errors)
    assert path.read_bytes() == before


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_with_its_outputs_small_and_without_traces_of_a_machine(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].source.startswith("# ")
    assert len(code(notebook)) >= 8
    assert sum(len(cell.source) for cell in notebook.cells) < 12_000
    assert [cell.execution_count for cell in code(notebook)] == [*range(1, len(code(notebook)) + 1)]
    assert len([cell for cell in code(notebook) if cell.outputs]) >= 7
    assert path.stat().st_size < 300_000
    text = path.read_text(encoding="utf-8")
    assert not [trace for trace in ("<iframe", "/home/", "/tmp/", "/root/", "/usr/", "site-packages") if trace in text]
    assert all(cell.metadata.keys() <= {"tags"} for cell in notebook.cells)


def test_the_picture_is_kept_as_a_screenshot():
    notebook = nbformat.read(NOTEBOOKS[0], as_version=4)
    assert len(forms(notebook, "image/png")) == 1
