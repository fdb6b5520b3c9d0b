"""Articles read by many processes: the same, in order, whatever dies or hangs, and few of them at a time."""

import gc
import os
import platform
import signal
import subprocess
import sys
import time
from functools import partial
from multiprocessing import active_children

import pytest
from conftest import ROOT
from readers import broken, load

from kg.articles import read_articles
from kg.errors import ArticleError, ModelError
from kg.extract import Extractor
from kg.model import Article, Extraction
from kg.parallel import AHEAD, LONGEST, RENEWED, SOME, load_extractor, read_all, read_apart, read_here, read_some
from kg.syntax import Token


def articles(count: int, **special: int) -> list[Article]:
    """Articles of which some are special: `die=5` is one at place 5."""
    names = {place: name for name, place in special.items()}
    return [Article(names.get(n, str(n)), "", "Text.") for n in range(count)]


def test_two_processes_say_what_one_says():
    given = [each for each in read_articles([ROOT / "data/articles"]) if isinstance(each, Article)][:5]
    found = list(read_apart(given, partial(load_extractor, None, None), 2))
    assert len(found) == 5
    assert found == list(read_here(given, partial(load_extractor, None, None)))


def test_what_dies_hangs_or_fails_is_reported_in_its_place_and_costs_no_other():
    given = articles(150, hang=20, die=70, fail=140)
    found = list(read_apart(given, load, 2, seconds=2.0))
    errors = {n: str(each) for n, each in enumerate(found) if isinstance(each, ArticleError)}
    assert [each.article.id for each in found if isinstance(each, Extraction)] == [
        each.id for n, each in enumerate(given) if n not in (20, 70, 140)
    ]
    assert errors.keys() == {20, 70, 140}
    assert errors[20].startswith("hang: left out") and errors[70].startswith("die: left out")
    assert "no such thing" in errors[140]


def test_no_more_is_taken_in_than_can_soon_be_read():
    taken: list[int] = []
    given = (taken.append(n) or each for n, each in enumerate(articles(2000)))
    most = max(len(taken) - n for n, _ in enumerate(read_apart(given, load, 2)))
    assert len(taken) == 2000
    assert most <= 2 * SOME + AHEAD


def test_who_has_read_many_gives_way_to_another():
    given = articles(RENEWED + AHEAD + 100)
    found, readers = [], set()
    for each in read_apart(given, load, 1):
        assert isinstance(each, Extraction)
        found.append(each.article)
        readers |= {process.pid for process in active_children()}
    assert found == given
    assert len(readers) == 2


def test_a_process_does_not_keep_the_well_known_entities_that_it_has_made_its_names_from():
    extractor = load_extractor(None, None)
    assert isinstance(extractor, Extractor)
    (said,) = extractor.extract_all([Article("one", "", "OpenAI acquired Zorg.")])
    assert [entity.name for entity in said.entities] == ["OpenAI", "Zorg"]
    assert "store" not in vars(extractor.ontology)


def test_no_word_of_what_was_read_is_kept():
    def words() -> int:
        return sum(isinstance(each, Token) for each in gc.get_objects())

    extractor = load_extractor(None, None)
    gc.collect()
    gc.disable()  # so that it is not found by chance
    try:
        before = words()
        (said,) = read_some(extractor, [Article("one", "", "OpenAI acquired Zorg. Meta launched Qix.")])
        assert isinstance(said, Extraction) and said.claims
        assert words() == before
    finally:
        gc.enable()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries know no such setting")
def test_large_blocks_that_fall_free_between_small_ones_go_back_to_the_system():
    code = """if True:
        from pathlib import Path
        from kg.process import tune
        tune()
        def held():
            return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
        block = b"x" * (24 << 20)
        del block  # from here on glibc would put blocks of this size between others
        block = b"x" * (16 << 20)
        small = [b"x" * 2000 for _ in range(1000)]
        before = held()
        del block
        print(before - held())
    """
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(run.stdout) > 15 << 20


def test_a_process_that_cannot_load_says_why():
    with pytest.raises(ModelError, match="no pipeline"):
        list(read_apart(articles(2), broken, 2))


def test_few_articles_start_no_process():
    reading = read_all(articles(3), jobs=2)
    assert isinstance(next(reading), Extraction)
    assert not active_children()


def test_a_long_article_is_read_by_a_process_that_can_be_ended():
    reading = read_all([Article("long", "", "Meta launched Muse Spark. " * 900)], jobs=1)
    assert isinstance(next(reading), Extraction)
    assert active_children()
    reading.close()


def test_processes_end_with_who_asked_for_them():
    reading = read_apart(articles(500), load, 2)
    next(reading)
    assert len(active_children()) == 2
    reading.close()
    assert not active_children()


def test_an_article_without_end_is_reported():
    found = list(read_here([Article("book", "", "word " * LONGEST), *articles(2)], load))
    assert [type(each) for each in found] == [ArticleError, Extraction, Extraction]
    assert "book: longer than" in str(found[0])


def test_ctrl_c_ends_it_at_once_and_without_a_traceback_of_a_process():
    code = """if True:
        from readers import load
        from kg.model import Article
        from kg.parallel import read_apart
        try:
            for n, each in enumerate(read_apart([Article(str(n), "", "") for n in range(20000)], load, 2)):
                print(n, flush=True)
        except KeyboardInterrupt:
            print("stopped", flush=True)
    """
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "0\n"
    os.killpg(process.pid, signal.SIGINT)
    asked = time.monotonic()
    out, errors = process.communicate(timeout=20)
    assert time.monotonic() - asked < 5
    assert (out.splitlines()[-1], errors) == ("stopped", "")
