"""Extractions made by hand: what a test's articles say, in few words."""

from kg.model import Article, Claim, Entity, Evidence, Extraction, Qualifier, Span, Status, Value
from kg.vocab import SCHEMA, Namespace

TN = Namespace("https://w3id.org/technews-kg/ontology#")
ENT = Namespace("https://w3id.org/technews-kg/entity/")

Said = tuple[str, str, str | Value] | tuple[str, str, str | Value, str]


def entity(name: str, kind: str = "Company", *aliases: str) -> Entity:
    return Entity(name, TN(kind), aliases)


def dollars(count: int) -> Value:
    return Value(str(count), SCHEMA.MonetaryAmount, "USD")


def extraction(
    article_id: str, entities: list[Entity], said: list[Said], qualifiers: tuple[Qualifier, ...] = ()
) -> Extraction:
    """An article whose text is one line a claim; each claim quotes its line."""
    lines = [f"{subject} {prop} {obj} ({rest[0] if rest else 'asserted'})." for subject, prop, obj, *rest in said]
    article = Article(
        article_id, f"News {article_id}", "\n".join(lines), "2026-04-08", "https://example.org/a", "Daily"
    )
    claims = []
    for line, (subject, prop, obj, *rest) in zip(lines, said, strict=True):
        start = article.content.index(line)
        evidence = Evidence(article_id, Span(start, start + len(line)), line, "{subject} do {object}")
        status = Status(rest[0]) if rest else Status.ASSERTED
        claims.append(Claim(subject, TN(prop), obj, status, 0.93, evidence, qualifiers))
    return Extraction(article, tuple(entities), tuple(claims))


MUSE = extraction(
    "muse",
    [
        entity("Muse Spark", "AIModel", "Spark"),
        entity("Meta Platforms, Inc.", "Company", "Meta"),
        entity("Meta AI", "Application"),
        entity("WhatsApp", "Application"),
    ],
    [
        ("Muse Spark", "developedBy", "Meta Platforms, Inc."),
        ("Meta AI", "poweredBy", "Muse Spark"),
        ("Meta AI", "deployedOn", "WhatsApp"),
        ("Muse Spark", "availableThrough", "WhatsApp", "planned"),
        ("Meta Platforms, Inc.", "fundingRaised", dollars(5_000_000_000)),
    ],
)
RIVAL = extraction(
    "rival",
    [entity("OpenAI"), entity("Meta"), entity("GPT-5", "AIModel"), entity("Sam Altman", "Person", "Altman")],
    [
        ("OpenAI", "competesWith", "Meta"),
        ("GPT-5", "developedBy", "OpenAI"),
        ("Sam Altman", "leads", "OpenAI"),
        ("OpenAI", "acquired", "Meta", "denied"),
        ("OpenAI", "sued", "Meta", "reported"),
    ],
)
