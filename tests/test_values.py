"""Dates as exact as the text, resolved against the day of publication; money, counts and percentages in normal form."""

import pytest
from conftest import ROOT

from kg.articles import read_articles
from kg.model import Article, Value
from kg.values import AMOUNT, COUNT, DATE, PERCENT, TERM, datatype_kind, date_value, find_values, text_value
from kg.vocab import SCHEMA, XSD

PUBLISHED = "2026-04-09"  # a Thursday


def found(text: str, published: str = PUBLISHED) -> list[str]:
    return [f"{each.kind} {each.value}" for each in find_values(text, published)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # days
        ("It launched on April 8, 2026.", "2026-04-08"),
        ("It launched on 8 April 2026.", "2026-04-08"),
        ("It launched on 2026-04-08.", "2026-04-08"),
        ("It launched on Apr. 8.", "2026-04-08"),
        ("It launched on the 8th of April.", "2026-04-08"),
        ("It launched on Sept. 3, 2025.", "2025-09-03"),
        ("It launched on May 5th.", "2026-05-05"),
        ("It launched on December 30.", "2025-12-30"),  # the year that brings it nearest
        ("It launched on Jan 2.", "2026-01-02"),
        ("It launched on Tuesday.", "2026-04-07"),
        ("It launched on Thursday.", "2026-04-09"),  # the day of publication itself
        ("It launched last Friday.", "2026-04-03"),
        ("It launches next Tuesday.", "2026-04-14"),
        ("It launched today.", "2026-04-09"),
        ("It launched yesterday.", "2026-04-08"),
        ("It launches tomorrow.", "2026-04-10"),
        ("It launched two days ago.", "2026-04-07"),
        # months
        ("It launched in April 2025.", "2025-04"),
        ("It launched in September of 2025.", "2025-09"),
        ("It launched in March.", "2026-03"),
        ("It launches in May.", "2026-05"),
        ("It launched in November.", "2025-11"),
        ("It launched last month.", "2026-03"),
        ("It launches next month.", "2026-05"),
        ("It launched earlier this month.", "2026-04"),
        ("It launched last week.", "2026-04"),
        ("It launched two weeks ago.", "2026-03"),
        ("It launched three months ago.", "2026-01"),
        ("It launched a couple of months ago.", "2026-02"),
        # years
        ("It launched in 2024.", "2024"),
        ("It launched in early 2024.", "2024"),
        ("It launched in mid-2025.", "2025"),
        ("It launched in the spring of 2025.", "2025"),
        ("It launched in Q2 2025.", "2025"),
        ("It launched in the first quarter of 2025.", "2025"),
        ("It launched last year.", "2025"),
        ("It launches later this year.", "2026"),
        ("It launched last fall.", "2025"),
        ("It launches next spring.", "2027"),
        ("It launched 10 years ago.", "2016"),
        ("It launches by 2030.", "2030"),
    ],
)
def test_dates(text, value):
    assert found(text) == [f"date {value}"]


@pytest.mark.parametrize(
    ("text", "published", "value"),
    [
        ("It launched in December.", "2026-01-05", "2025-12"),
        ("It launches in January.", "2025-12-20", "2026-01"),
        ("It launched last month.", "2026-01-05", "2025-12"),
        ("It launched yesterday.", "2026-01-01", "2025-12-31"),
        ("It launched on Monday.", "2026-01-01", "2025-12-29"),
        ("It launched last quarter.", "2026-01-20", "2025"),
        ("It launched on February 29.", "2025-03-01", "2024-02-29"),
        ("It launched last December.", "2024-10-31", "2023-12"),
        ("It launched last July.", "2025-12-20", "2025-07"),
        ("It launches next May.", "2025-12-20", "2026-05"),
        ("It launches next May.", "2026-05-20", "2027-05"),
    ],
)
def test_dates_over_the_turn_of_a_year(text, published, value):
    assert found(text, published) == [f"date {value}"]


@pytest.mark.parametrize(
    "text", ["It launched on Tuesday.", "It launched last year.", "It launched in April.", "It was two days ago."]
)
def test_without_a_day_of_publication_nothing_is_guessed(text):
    assert not [each for each in found(text, "") if each.startswith("date")]


def test_a_full_date_needs_no_day_of_publication():
    assert found("It launched on April 8, 2026.", "") == ["date 2026-04-08"]


@pytest.mark.parametrize(
    "text",
    [
        "It may rise, and they march on.",
        "It came on February 30.",
        "It is version 2.0 of it.",
        "Phones of the 1990s were small.",
        "It costs $2025.",
        "Nobody knows 1234-5678.",
    ],
)
def test_no_date(text):
    assert not [each for each in found(text) if each.startswith("date")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$5 billion", "5000000000 USD"),
        ("$5bn", "5000000000 USD"),
        ("$5B", "5000000000 USD"),
        ("$40-billion", "40000000000 USD"),
        ("US$5 million", "5000000 USD"),
        ("€1.2 million", "1200000 EUR"),
        ("£300m", "300000000 GBP"),
        ("¥500 billion", "500000000000 JPY"),
        ("A$3bn", "3000000000 AUD"),
        ("HK$1.5 billion", "1500000000 HKD"),
        ("$3.5T", "3500000000000 USD"),
        ("5 billion dollars", "5000000000 USD"),
        ("5-billion-dollar", "5000000000 USD"),
        ("100 million euros", "100000000 EUR"),
        ("2.5 trillion yuan", "2500000000000 CNY"),
        ("a billion dollars", "1000000000 USD"),
        ("two million euros", "2000000 EUR"),
        ("$1,299", "1299 USD"),
        ("$499.99", "499.99 USD"),
        ("$20 a month", "20 USD"),
        ("$300,000", "300000 USD"),
    ],
)
def test_money(text, value):
    assert found(f"They paid {text} for it.") == [f"amount {value}"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5,000", "5000"),
        ("12,345,678", "12345678"),
        ("600", "600"),
        ("70 billion", "70000000000"),
        ("70B", "70000000000"),
        ("256K", "256000"),
        ("1.5 million", "1500000"),
        ("700m", "700000000"),
        ("10k", "10000"),
        ("one million", "1000000"),
        ("a million", "1000000"),
        ("three billion", "3000000000"),
        ("twelve", "12"),
    ],
)
def test_counts(text, value):
    assert found(f"It has {text} users.") == [f"count {value}"]


@pytest.mark.parametrize(("text", "value"), [("14%", "14%"), ("14 percent", "14%"), ("5.5 per cent", "5.5%")])
def test_percentages(text, value):
    assert found(f"It scored {text} there.") == [f"percent {value}"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("It raised $5 billion on April 8, 2026.", ["amount 5000000000 USD", "date 2026-04-08"]),
        ("Between $5 million and $6 million.", ["amount 5000000 USD", "amount 6000000 USD"]),
        ("In 2025 it cut 4,000 jobs, or 10%.", ["date 2025", "count 4000", "percent 10%"]),
        ("On Tuesday, 50 people paid $20.", ["date 2026-04-07", "count 50", "amount 20 USD"]),
        ("A 70B model with 128K tokens for $0.25.", ["count 70000000000", "count 128000", "amount 0.25 USD"]),
        ("They like a user and an app.", []),
        ("", []),
    ],
)
def test_several_values(text, values):
    assert found(text) == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It launched in March. It grew.", "March"),
        ("It launched on 8 April. It grew.", "8 April"),
        ("It launches in May. It grows.", "May"),
        ("It launched in Dec. 2025. It grew.", "Dec. 2025"),
        ("It launched in 2025. It grew.", "2025"),
        ("It launched on April 8. It grew.", "April 8"),
        ("It raised $5 billion. It grew.", "$5 billion"),
        ("It has 5,000. It grew.", "5,000"),
    ],
)
def test_a_value_leaves_the_full_stop_to_its_sentence(text, words):
    (value,) = find_values(text, PUBLISHED)
    assert value.span.of(text) == words


def test_values_stand_where_they_say_and_never_overlap():
    count = 0
    for article in read_articles([ROOT / "data/articles"]):
        assert isinstance(article, Article)
        end = 0
        for each in find_values(article.content, article.published):
            assert end <= each.span.start < each.span.end <= len(article.content)
            assert each.kind == datatype_kind(each.value.datatype) or each.kind == PERCENT
            end = each.span.end
            count += 1
    assert count > 250


@pytest.mark.parametrize(
    ("value", "datatype", "words"),
    [
        (date_value(2026, 4, 8), XSD.date, "2026-04-08"),
        (date_value(2026, 4), XSD.gYearMonth, "2026-04"),
        (date_value(2026), XSD.gYear, "2026"),
        (text_value("open source"), XSD.string, "open source"),
        (Value("5", SCHEMA.MonetaryAmount, "USD"), SCHEMA.MonetaryAmount, "5 USD"),
    ],
)
def test_a_value_has_a_datatype_and_the_form_of_the_gold_data(value, datatype, words):
    assert (value.datatype, str(value)) == (datatype, words)


def test_each_datatype_holds_one_kind():
    kinds = [XSD.date, XSD.gYearMonth, XSD.gYear, SCHEMA.MonetaryAmount, XSD.integer, XSD.string]
    assert [datatype_kind(each) for each in kinds] == [DATE, DATE, DATE, AMOUNT, COUNT, TERM]
