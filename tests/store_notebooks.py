"""Runs the notebooks and stores their outputs in them, so that they show on a site that runs nothing: `make notebooks`.

A picture to click on is far too long to be stored; a screenshot stands in for it until the cell is run.
"""

import os
import re
import shutil
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FRAME = re.compile(r'<iframe [^>]*srcdoc="([^"]*)"')


@contextmanager
def surroundings(folder: Path) -> Iterator[Path]:
    """A folder with what the notebooks have around them, where a kernel finds the package of this checkout."""
    (folder / "notebooks").mkdir()
    (folder / "data").symlink_to(ROOT / "data")
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    told = {"PYTHONPATH": paths, "PYTHONHASHSEED": "0", "IPYTHONDIR": str(folder / "ipython")}
    told |= {"JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
    before = {name: os.environ.get(name) for name in told}
    os.environ |= told
    try:
        yield folder / "notebooks"
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def run(path: Path, folder: Path) -> NotebookNode:
    """A notebook with the outputs of all its cells; an error in a cell that is not there to show one is raised."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(folder)}}
    return NotebookClient(notebook, timeout=600, kernel_name="python3", resources=where, record_timing=False).execute()


def store(notebook: NotebookNode, path: Path) -> None:
    """Writes a notebook with its outputs, and screenshots for pictures."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
        for output in cell.get("outputs", ()):
            if frame := FRAME.search(output.get("data", {}).get("text/html", "")):
                del output["data"]["text/html"]
                output["data"]["image/png"] = screenshot(unescape(frame[1]))
    nbformat.write(notebook, path)


def screenshot(page: str) -> str:
    """What a page looks like in a browser, as PNG in base64, with few colours."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        shown = browser.new_page(viewport={"width": 1000, "height": 640}, reduced_motion="reduce")
        shown.set_content(page)
        shown.wait_for_timeout(1500)
        taken = shown.screenshot()
        browser.close()
    small = BytesIO()
    Image.open(BytesIO(taken)).convert("RGB").quantize(64).save(small, "PNG", optimize=True)
    return b64encode(small.getvalue()).decode()


if __name__ == "__main__":
    names = sys.argv[1:]
    with TemporaryDirectory() as temporary, surroundings(Path(temporary)) as place:
        for each in NOTEBOOKS:
            if not names or any(name in each.stem for name in names):
                store(run(each, place), each)
