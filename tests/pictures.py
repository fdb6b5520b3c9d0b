"""Makes the pictures of README anew, from the graph of `make demo`, as a browser shows them: `make pictures`."""

import argparse
import shutil
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from servers import serving

from kg.graph import Graph
from kg.view import draw

ROOT = Path(__file__).parent.parent
WINDOW = {"width": 1280, "height": 760}
MOST = 150_000  # bytes a picture: what is kept with the code is fetched with it


def main() -> None:
    """Writes them, and says how large they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graph", type=Path, default=ROOT / "build/technews")
    parser.add_argument("--folder", type=Path, default=ROOT / "data/pictures")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=WINDOW, color_scheme="light", reduced_motion="reduce")
        show_picture(page, arguments.graph)
        keep(page, arguments.folder / "picture.webp")
        with serving(arguments.graph) as server:
            page.goto(f"{server.url.removesuffix('/sparql')}/article/muse-spark-launch")
            page.hover("#text .said >> nth=0")
            page.wait_for_timeout(500)
            keep(page, arguments.folder / "page.webp")
        browser.close()


def show_picture(page: Any, graph: Path) -> None:
    """What `kg view` draws, with what is said of one thing."""
    file = ROOT / "build/pictures.html"
    with Graph.open(graph, read_only=True) as opened:
        draw(opened, file)
    page.goto(file.as_uri())
    page.wait_for_selector("body[data-ready=yes]")
    page.fill("#search", "Wiz")
    page.keyboard.press("Enter")
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(500)


def keep(page: Any, path: Path) -> None:
    """The window as WebP, which is a third of PNG."""
    shot = {"format": "webp", "quality": 80}
    data = b64decode(page.context.new_cdp_session(page).send("Page.captureScreenshot", shot)["data"])
    if len(data) > MOST:
        sys.exit(f"{path}: {len(data):,} bytes are more than {MOST:,}")
    path.write_bytes(data)
    sys.stdout.write(f"{path}: {len(data):,} bytes\n")


if __name__ == "__main__":
    main()
