"""Glued words are taken apart, whole ones stay whole, and every token stands where the text has it."""

import time

import pytest
from conftest import ROOT

from kg.articles import read_articles
from kg.extract import Extractor
from kg.model import Article
from kg.tokens import LONGEST, Tokenizer, Words, name_words

# Counts as in a corpus of a few hundred articles: common words often, a few rare ones.
COUNTS = {
    **dict.fromkeys("the of to in that by with from and for it is on has at this when".split(), 5000),
    **dict.fromkeys("said model new company years told according startup".split(), 800),
    **dict.fromkeys("raised which owns its be done been".split(), 800),
    **dict.fromkeys("chip glasses reported launched fund apps phone".split(), 120),
    "announced": 400,
    "cat": 3,  # too rare to be a piece
    "us": 900,
}
NAMES = ("Anthropic", "OpenAI", "Microsoft", "Nvidia", "Meta", "Google", "DeepMind", "xAI")
NAMES += ("MIT Technology Review", "Claude Code")


@pytest.fixture(scope="module")
def tokenize(extractor: Extractor) -> Tokenizer:
    """A tokenizer that knows a few words and names, whatever is trained."""
    return Tokenizer(extractor.nlp, Words(COUNTS, name_words(NAMES)))


def words_of(tokenizer: Tokenizer, text: str) -> str:
    return " ".join(tokenizer(text).words)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        # a word and a name
        ("Anthropicsaid it is done", "Anthropic said it is done"),
        ("they toldMIT Technology Reviewthat it is new", "they told MIT Technology Review that it is new"),
        ("owned byMicrosoft", "owned by Microsoft"),
        ("according toGoogle", "according to Google"),
        ("withNvidia", "with Nvidia"),
        ("Nvidiaand others", "Nvidia and others"),
        ("TheOpenAI model", "The OpenAI model"),
        ("ByMeta", "By Meta"),
        ("of xAIand of Meta", "of xAI and of Meta"),
        ("fromClaude Code", "from Claude Code"),
        ("Microsoftlaunched it", "Microsoft launched it"),
        # a name between two words
        ("the newOpenAImodel", "the new OpenAI model"),
        ("done byMicrosoftand others", "done by Microsoft and others"),
        ("whichMicrosoftowns", "which Microsoft owns"),
        # two words, or a word and a strange name
        ("it hasbeen done", "it has been done"),
        ("according toBlorptron", "according to Blorptron"),
        ("announcedThursday", "announced Thursday"),
        ("by7 years", "by 7 years"),
        ("in2006and that", "in 2006 and that"),
        # several names between words
        ("byCorunaandDarkSword", "by Coruna and DarkSword"),
        ("at $3/$15", "at $ 3 / $15"),
        # a name that the text has elsewhere, alone
        ("Zorgon is new. The modelZorgonis done.", "Zorgon is new . The model Zorgon is done ."),
        # seams that marks show
        ("Google’sDeepMind", "Google ’s DeepMind"),
        ("it is done.Actually not", "it is done . Actually not"),
        ("it is done,Googlehas said", "it is done , Google has said"),
        ("raised a$20 billion round", "raised a $20 billion round"),
        ("the “new”model", "the “ new ” model"),
        ("Meta—and Google", "Meta — and Google"),
        ("Meta(xAI)said", "Meta ( xAI ) said"),
        # what is one word, and stays one
        ("iPhone and YouTube", "iPhone and YouTube"),
        ("JavaScript", "JavaScript"),
        ("SpaceX", "SpaceX"),
        ("eBay", "eBay"),
        ("AT&T", "AT&T"),
        ("U.S. chip", "U.S. chip"),
        ("GPT-4o", "GPT-4o"),
        ("the 7B model", "the 7B model"),
        ("Suleyman said", "Suleyman said"),
        ("acatalogue", "acatalogue"),
        ("https://example.org/newMeta", "https://example.org/newMeta"),
        # said twice, so it is a word: nobody glues the same two twice
        ("Nvidiaand Nvidiaand", "Nvidiaand Nvidiaand"),
    ],
)
def test_tokens(tokenize, text, tokens):
    assert words_of(tokenize, text) == tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("backed byMicrosoftand others", "backed by Microsoft and others"),
        ("withNvidia", "with Nvidia"),
        ("TheOpenAI model", "The OpenAI model"),
        ("theGPT-5 model", "the GPT-5 model"),
        ("according toBloomberg", "according to Bloomberg"),
        ("Google’sDeepMind team", "Google ’s DeepMind team"),
        ("LinkedIn and TikTok", "LinkedIn and TikTok"),
        ("PyTorch", "PyTorch"),
    ],
)
@pytest.mark.parametrize("trained", [False, True])
def test_the_shipped_tokenizers_take_apart(extractor, text, tokens, trained):
    chosen = extractor if trained else Extractor(trained=None)
    assert words_of(chosen.tokenize, text) == tokens


def test_no_offset_ever_changes(tokenize, extractor):
    texts = [a.content for a in read_articles([ROOT / "data/articles"]) if isinstance(a, Article)]
    texts += ["toldMIT Technology Reviewthat", "a  b\n\nc\td", "“Meta”said…", "\u200bMeta\u00a0AI", "🙂Metasaid 🙂"]
    count = 0
    for text in texts:
        for tokenizer in (tokenize, extractor.tokenize):
            tokens = tokenizer(text)
            assert tokens.text == text
            assert all(tokens.of(i, i + 1) == word for i, word in enumerate(tokens.words))
            assert all(end <= start for end, start in zip(tokens.ends, tokens.starts[1:], strict=False))
            count += len(tokens)
    assert count > 20_000


@pytest.mark.parametrize("trained", [False, True])
def test_demo_articles_have_nothing_to_take_apart(extractor, trained):
    """They were written by hand: what their tokens are does not hang on the words that are known."""
    chosen = extractor if trained else Extractor(trained=None)
    bare = Tokenizer(chosen.nlp, Words({}))
    count = 0
    for article in read_articles([ROOT / "data/articles"]):
        assert isinstance(article, Article)
        assert words_of(chosen.tokenize, article.content) == words_of(bare, article.content), article.id
        count += 1
    assert count >= 40


def test_a_token_too_long_for_a_word_stays_whole(tokenize):
    long = "new" * LONGEST
    assert words_of(tokenize, f"{long} model") == f"{long} model"


def test_a_run_of_signs_takes_as_long_as_it_is(tokenize):
    def seconds(count: int) -> float:
        began = time.process_time()
        assert len(tokenize("$" * count)) == count
        return time.process_time() - began

    few = min(seconds(count) for count in (1500, 1501, 1502))  # what was split once is remembered
    many = min(seconds(count) for count in (6000, 6001, 6002))
    assert many < 8 * few, "four times as long a run may take some four times as long, not sixteen"


def test_no_words_and_no_text_are_no_error(extractor):
    tokenizer = Tokenizer(extractor.nlp, Words({}))
    assert words_of(tokenizer, "toldMeta") == "toldMeta"
    assert words_of(tokenizer, "") == ""
    assert Words({}).total == 0
