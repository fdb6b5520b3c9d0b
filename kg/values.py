"""Dates, amounts, counts and terms: where a text gives them, and the value in its normal form.

Dates are as exact as the text ("in April" is a month) and resolve against the day of publication.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from decimal import Context, Decimal
from itertools import groupby
from operator import itemgetter

from dateutil.parser import parserinfo
from dateutil.relativedelta import relativedelta

from .model import Iri, Span, Value
from .vocab import SCHEMA, XSD

DATE, AMOUNT, COUNT, TERM, PERCENT = "date", "amount", "count", "term", "percent"

_KINDS = {SCHEMA.MonetaryAmount: AMOUNT, XSD.integer: COUNT, XSD.decimal: PERCENT,
          XSD.date: DATE, XSD.gYearMonth: DATE, XSD.gYear: DATE}  # fmt: skip
_INFO = parserinfo()
_MONTHS = {word.lower().rstrip("."): n for n, words in enumerate(_INFO.MONTHS, 1) for word in words} | {"sept": 9}
_DAYS = {word.lower(): n for n, words in enumerate(_INFO.WEEKDAYS) for word in words[-1:]}
_SMALL = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
          "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "a couple of": 2}  # fmt: skip
_SCALE = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "b": 9, "bn": 9, "billion": 9, "billon": 9,
          "t": 12, "tn": 12, "trillion": 12}  # fmt: skip
_SIGNS = {"US$": "USD", "A$": "AUD", "C$": "CAD", "HK$": "HKD", "NT$": "TWD", "S$": "SGD", "$": "USD", "€": "EUR",
          "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW"}  # fmt: skip
_CURRENCIES = {"dollar": "USD", "euro": "EUR", "pound": "GBP", "yen": "JPY", "yuan": "CNY", "rmb": "CNY",
               "won": "KRW", "rupee": "INR", "usd": "USD", "eur": "EUR", "gbp": "GBP"}  # fmt: skip
_SEASONS = {"spring": 4, "summer": 7, "fall": 10, "autumn": 10, "winter": 1}

_M = "|".join(sorted((re.escape(m) for m in _MONTHS), key=len, reverse=True))
_D = "|".join(sorted(_DAYS, key=len, reverse=True))
_Y = r"(?:19|20)\d\d"
# None begins in the middle of another, and it has 99 groups at most: tried at each place, it takes no square of time.
_NUMBER = r"(?<!\d)\d{1,3}(?:,\d{3}){1,99}(?:\.\d+)?|(?<!\d)\d+(?:\.\d+)?"
_WORD = "|".join(re.escape(w) for w in sorted(_SMALL, key=len, reverse=True))
_SCALE_WORDS = r"thousand|million|billion|billon|trillion|bn|mn|tn|[kKmMbBtT](?![A-Za-z])"
_SIGN = "|".join(re.escape(s) for s in sorted(_SIGNS, key=len, reverse=True))
_CURRENCY = "|".join(_CURRENCIES)
_OPENERS = ("last", "this", "next", "in", "since", "the", "early", "late", "mid", "earlier", "later", "today",
            "yesterday", "tomorrow", "tonight", "q1", "q2", "q3", "q4")  # fmt: skip
_BEGINNINGS = sorted({f"{word} "[:2] for word in (*_OPENERS, *_MONTHS, *_DAYS, *_SMALL, *_SEASONS)})
_BEGIN = "|".join(  # two letters that no date begins with are passed over at once: half the time
    rf"{first}[{''.join(pair[1] for pair in pairs)}\s]" for first, pairs in groupby(_BEGINNINGS, itemgetter(0))
)

_DATE = re.compile(
    rf"""(?ix) (?=\d|{_BEGIN})
    ( (?P<iso>{_Y}-\d\d-\d\d)
    | (?P<dm>(?:{_M})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|[,.]\d)(?:,?\s+(?P<y1>{_Y}))?)
    | (?P<md>(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_M})\b(?:\.?,?\s+(?P<y2>{_Y}))?)
    | (?P<my>(?:{_M})\b(?:\.?,?\s+(?:of\s+)?(?P<y3>{_Y})|(?=\W)))
    | (?P<quarter>Q[1-4](?:\s+(?:of\s+)?(?P<y4>{_Y}))?)
    | (?P<season>(?:(?:last|this|next|in|since|the|early|late)\s+)?
         (?:spring|summer|fall|autumn|winter)\s+(?:of\s+)?(?P<y5>{_Y})
        |(?:last|this|next)\s+(?:spring|summer|fall|autumn|winter))
    | (?P<weekday>(?:last\s+|next\s+|this\s+)?(?:{_D})\b)
    | (?P<day0>today|yesterday|tomorrow|tonight|this\s+morning)
    | (?P<rel>(?:earlier\s+|later\s+)?(?:this|last|next|the\s+past)\s+(?:week|month|quarter|year))
    | (?P<ago>(?P<n>\d{{1,4}}|{_WORD})\s+(?:days?|weeks?|months?|years?)\s+(?:ago|earlier))
    | (?P<year>(?:(?:early|mid|late)[\s-]+)?{_Y})(?![\d%s]|[.,]\d|-\d) )
    """
)
_AMOUNT = re.compile(
    rf"(?i)(?:(?P<sign>(?-i:{_SIGN}))\s?(?P<n1>{_NUMBER})(?:[\s-]?(?P<s1>{_SCALE_WORDS})(?:\b|(?<=illion)))?"
    rf"|(?P<n2>{_NUMBER}|\b(?:{_WORD})(?=[\s-](?:{_SCALE_WORDS})))(?:[\s-]?(?P<s2>{_SCALE_WORDS}))?[\s-](?P<c2>{_CURRENCY})s?\b)"
)
_COUNT = re.compile(
    rf"(?i)(?:(?P<n>{_NUMBER}|\b(?:{_WORD})(?=\s(?:{_SCALE_WORDS})\b|\s+\w))(?:[\s-]?(?P<s>{_SCALE_WORDS}))?)"
)
_PERCENT = re.compile(rf"(?i)(?:{_NUMBER})(?:\s?%|\spercent\b|\sper\scent\b)")


@dataclass(frozen=True, slots=True)
class Found:
    """A value in a text: where, of which kind ("date", "amount", "count", "percent"), and which."""

    span: Span
    kind: str
    value: Value


def find_values(content: str, published: str) -> tuple[Found, ...]:
    """All dates, amounts, percentages and counts of a text, in order, none inside another.

    >>> [str(f.value) for f in find_values("It raised $5 billion on April 8, 2026.", "2026-04-09")]
    ['5000000000 USD', '2026-04-08']
    """
    found: list[Found] = []
    taken: set[int] = set()
    day = date.fromisoformat(published) if published else None
    for each in (*_amounts(content), *_percents(content), *_dates(content, day), *_counts(content)):
        stretch = range(each.span.start, each.span.end)
        if not taken.intersection(stretch):
            taken.update(stretch)
            found.append(each)
    return tuple(sorted(found, key=lambda f: f.span))


def date_value(year: int, month: int = 0, day: int = 0) -> Value:
    """A date as exact as what is known of it: xsd:date, xsd:gYearMonth or xsd:gYear.

    >>> date_value(2026, 4).lexical
    '2026-04'
    """
    if day:
        return Value(f"{year:04d}-{month:02d}-{day:02d}", XSD.date)
    if month:
        return Value(f"{year:04d}-{month:02d}", XSD.gYearMonth)
    return Value(f"{year:04d}", XSD.gYear)


def is_to_come(value: Value, published: str) -> bool:
    """Whether a value is a date that lies wholly after a day of publication.

    >>> is_to_come(date_value(2026, 5), "2026-04-09"), is_to_come(date_value(2026), "2026-04-09")
    (True, False)
    """
    is_date = datatype_kind(value.datatype) == DATE
    return is_date and bool(published) and f"{value.lexical}-00-00"[:10] > published


def year_before(value: Value, words: str) -> Value | None:
    """The date that words without a year mean where the nearest one is ruled out; None if the words leave no choice.

    >>> year_before(date_value(2026, 7), "July")
    Value(lexical='2025-07', datatype='http://www.w3.org/2001/XMLSchema#gYearMonth', unit='')
    """
    named = any(re.search(rf"\b{month}\b", words.lower()) for month in _MONTHS)
    if not named or re.search(_Y, words):
        return None
    year, month, *day = map(int, value.lexical.split("-"))
    return None if day and day[0] > monthrange(year - 1, month)[1] else date_value(year - 1, month, *day)


def text_value(words: str) -> Value:
    """A term as a value."""
    return Value(words, XSD.string)


def datatype_kind(datatype: Iri) -> str:
    """The kind of value that a datatype holds.

    >>> datatype_kind(XSD.gYear)
    'date'
    """
    return _KINDS.get(datatype, TERM)


def _amounts(content: str) -> Iterator[Found]:
    for m in _AMOUNT.finditer(content):
        number = _number(m["n1"] or m["n2"], m["s1"] or m["s2"])
        unit = _SIGNS.get((m["sign"] or "").upper()) or _CURRENCIES[m["c2"].lower()]
        yield Found(Span(*m.span()), AMOUNT, Value(number, SCHEMA.MonetaryAmount, unit))


def _percents(content: str) -> Iterator[Found]:
    for m in _PERCENT.finditer(content):
        number = re.match(_NUMBER, m[0])
        yield Found(Span(*m.span()), PERCENT, Value(f"{number[0] if number else ''}%", XSD.string))


def _counts(content: str) -> Iterator[Found]:
    for m in _COUNT.finditer(content):
        number = _number(m["n"], m["s"])
        if re.fullmatch(r"\d+", number) and (m["s"] or m["n"].lower() not in ("a", "an")):
            yield Found(Span(*m.span()), COUNT, Value(number, XSD.integer))


def _number(digits: str, scale: str | None) -> str:
    """A plain number: "1.5" and "billion" give "1500000000"."""
    small = _SMALL.get(digits.lower())
    value = Decimal(small if small is not None else digits.replace(",", ""))
    if scale:
        exact = Context(prec=len(digits) + 16)  # or a number of 28 digits and more would be rounded
        value = value.scaleb(_SCALE[scale.lower()], exact)
        value = value.quantize(Decimal(1), context=exact) if value == value.to_integral() else value
    return f"{value:f}"


def _dates(content: str, published: date | None) -> Iterator[Found]:
    for m in _DATE.finditer(content):
        try:
            value = _resolve(m, published)
        except (ValueError, OverflowError):  # "last year" in year 1, "tomorrow" on the last day of year 9999
            continue
        after_sign = m.start() and content[m.start() - 1] in "$€£-." and m["year"]
        if value and value.lexical[:4] != "0000" and not after_sign:
            yield Found(Span(*m.span()), DATE, value)


def _resolve(m: re.Match[str], today: date | None) -> Value | None:
    words = m[0].lower()
    if m["iso"]:
        return Value(m["iso"], XSD.date) if _is_date(m["iso"]) else None
    month = next((n for w, n in _MONTHS.items() if re.search(rf"\b{w}\b", words)), 0)
    if m["dm"] or m["md"]:
        day = int(m["day"] or m["day2"])
        return _nearest(month, day, m["y1"] or m["y2"], today)
    if m["my"]:
        if m[0][0].islower() or (m[0] in ("May", "March") and not m["y3"] and not _after_in(m)):
            return None
        return date_value(int(m["y3"]), month) if m["y3"] else _turned(m, today) or _nearest(month, 0, None, today)
    if m["year"]:
        return date_value(int(words[-4:]))
    year = m["y4"] or m["y5"]
    if year:
        return date_value(int(year))
    return _relative(m, words, today) if today else None


def _turned(m: re.Match[str], today: date | None) -> Value | None:
    """The month that "last July" or "next May" means."""
    turn = re.search(r"\b(last|next)\s+$", m.string[: m.start()][-8:], re.IGNORECASE)
    if not turn or not today:
        return None
    month = _MONTHS[m[0].lower().rstrip(".")]
    if turn[1].lower() == "last":
        return date_value(today.year - (month >= today.month), month)
    return date_value(today.year + (month <= today.month), month)


def _after_in(m: re.Match[str]) -> bool:
    return bool(
        re.search(
            r"\b(?:in|since|by|until|early|late|mid|this|last|next|of|from)[\s-]$",
            m.string[: m.start()][-8:],
            re.IGNORECASE,
        )
    )


def _relative(m: re.Match[str], words: str, today: date) -> Value | None:
    if m["weekday"]:
        return _weekday(words, today)
    if m["day0"]:
        shift = {"yesterday": -1, "tomorrow": 1}.get(words, 0)
        return _exact(today + timedelta(days=shift))
    if m["ago"]:
        count = int(m["n"]) if m["n"].isdigit() else _SMALL[m["n"].lower()]
        return _ago(count, words, today)
    step = -1 if "last" in words else 1 if "next" in words else 0
    if "week" in words:
        then = today + timedelta(weeks=step)
        return date_value(then.year, then.month)
    if "month" in words:
        then = today + relativedelta(months=step)
        return date_value(then.year, then.month)
    if m["season"]:
        season = next(n for w, n in _SEASONS.items() if w in words)
        past = step < 0 and season >= today.month
        return date_value(today.year - past + (step > 0 and season <= today.month))
    if "quarter" in words:
        return date_value((today + relativedelta(months=3 * step)).year)
    return date_value(today.year + (0 if m["quarter"] else step))


def _weekday(words: str, today: date) -> Value:
    """The day of that name nearest before publication, or after it for "next"."""
    wanted = _DAYS[words.split()[-1]]
    back = (today.weekday() - wanted) % 7
    return _exact(today + timedelta(days=7 - back if words.startswith("next") else -back))


def _ago(count: int, words: str, today: date) -> Value | None:
    if count > 3000:
        return None
    if "day" in words:
        return _exact(today - timedelta(days=count))
    if "week" in words or "month" in words:
        then = today - (relativedelta(weeks=count) if "week" in words else relativedelta(months=count))
        return date_value(then.year, then.month)
    return date_value(today.year - count) if count < today.year else None


def _nearest(month: int, day: int, year: str | None, today: date | None) -> Value | None:
    """A day or month whose year, where the text leaves it out, brings it nearest to publication."""
    if day > 31 or not month:
        return None
    if year:
        return date_value(int(year), month, day) if day <= monthrange(int(year), month)[1] else None
    if not today:
        return None
    years = [y for y in (today.year, today.year - 1, today.year + 1) if MINYEAR <= y <= MAXYEAR]
    fits = [y for y in years if day <= monthrange(y, month)[1]]
    if not fits:
        return None
    best = min(fits, key=lambda y: abs((date(y, month, day or 15) - today).days))
    return date_value(best, month, day)


def _exact(day: date) -> Value:
    return date_value(day.year, day.month, day.day)


def _is_date(words: str) -> bool:
    try:
        date.fromisoformat(words)
    except ValueError:
        return False
    return True
