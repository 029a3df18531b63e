import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.languages import LANGUAGES

from wirewatch.core.article import EnrichedArticle, Entity, Evidence, Language, Mention, Topic, Versions
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.core.pipeline import FINDING, STEPS, Pipeline, Tools
from wirewatch.core.text.document import Document

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
VERSIONS = Versions(wirewatch="1", gazetteer="g", topics="t", model="none")


class Putin:
    """Finds one person, wherever the name stands."""

    def tag(self, document: Document) -> tuple[Entity, ...]:
        mentions = tuple(
            Mention(field.name, start, start + 5, field.text[start : start + 5])
            for field in document.fields
            if (start := field.folded.find("putin")) >= 0
        )
        return (Entity(id="Q7747", name="Wladimir Putin", type="PER", origin="gazetteer", mentions=mentions),) if mentions else ()


class Sanctions:
    """Finds one topic by one word."""

    def tag(self, document: Document) -> tuple[Topic, ...]:
        for field in document.fields:
            if (start := field.folded.find("sanktion")) >= 0:
                return (
                    Topic("sanctions", 1.5, (Evidence(field.text[start : start + 8], field.name, start, start + 8, "*sanktion*", 1.0),)),
                )
        return ()


def pipeline(**limits: int) -> Pipeline:
    tools = Tools(
        identify=lambda _text: ("de", 0.9),
        languages=LANGUAGES,
        entities=Putin(),
        topics=Sanctions(),
        versions=VERSIONS,
        max_record_bytes=limits.get("max_record_bytes", 100_000),
        max_text_characters=limits.get("max_text_characters", 10_000),
        future_tolerance=timedelta(days=1),
    )
    return Pipeline(tools, timer=iter(range(10_000)).__next__)


def process(message: object, **limits: int) -> EnrichedArticle | Rejected:
    raw = message if isinstance(message, bytes) else json.dumps(message).encode()
    return pipeline(**limits).process(raw, now=NOW)


def article(message: object, **limits: int) -> EnrichedArticle:
    outcome = process(message, **limits)
    assert isinstance(outcome, EnrichedArticle)
    return outcome


def rejected(message: object, **limits: int) -> Rejected:
    outcome = process(message, **limits)
    assert isinstance(outcome, Rejected)
    return outcome


def test_an_article_whole() -> None:
    found = article(
        {
            "title": "Neue <b>Sanktionen</b>",
            "body": "<p>Präsident Putin reagierte.</p>",
            "url": "http://Nordpost.example/a?utm_source=x",
            "source": " nordpost.example ",
            "authors": "A. B.",
            "published_at": "2026-11-24T10:00:00+01:00",
        }
    )
    assert found == EnrichedArticle(
        id=found.id,
        title="Neue Sanktionen",
        body="Präsident Putin reagierte.",
        url="https://nordpost.example/a",
        source="nordpost.example",
        authors=("A. B.",),
        language=found.language,
        published_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
        published_from="article",
        first_seen_at=NOW,
        entities=(Entity(id="Q7747", name="Wladimir Putin", type="PER", origin="gazetteer", mentions=(Mention("body", 10, 15, "Putin"),)),),
        persons=("Wladimir Putin",),
        topics=(Topic("sanctions", 1.5, (Evidence("Sanktion", "title", 5, 13, "*sanktion*", 1.0),)),),
        topic_ids=("sanctions",),
        fingerprint=found.fingerprint,
        flags=("markup_removed",),
        versions=VERSIONS,
    )
    assert found.time == found.published_at
    assert found.language.code == "de"
    assert found.fingerprint


@pytest.mark.parametrize(
    ("raw", "reason", "detail"),
    [
        (b"", Reason.EMPTY_MESSAGE, "no bytes"),
        (b" \n", Reason.EMPTY_MESSAGE, "no bytes"),
        (b'{"title": "abgeschn', Reason.INVALID_JSON, "truncated"),
        (b"not json", Reason.INVALID_JSON, "malformed"),
        (b'{"title": "a\\ud800', Reason.INVALID_JSON, "truncated"),
        (b"[" * 100_000, Reason.WRONG_TYPE, "object"),
        (b'{"x": ' + b"[" * 90_000, Reason.INVALID_JSON, "recursion"),
        (b'{"title": "caf\xe9"}', Reason.INVALID_ENCODING, "byte"),
        (b"[]", Reason.WRONG_TYPE, "object"),
        (b"null", Reason.WRONG_TYPE, "object"),
        (b'{"body": 5}', Reason.WRONG_TYPE, "$.body"),
        (b'{"body": "\\ud800", "title": 5}', Reason.WRONG_TYPE, "$.title"),
        (b'{"authors": [1]}', Reason.WRONG_TYPE, "$.authors"),
        (b'{"published_at": {}}', Reason.WRONG_TYPE, "$.published_at"),
        (b"{}", Reason.NO_TEXT, "title nor body"),
        (b'{"title": null, "body": " "}', Reason.NO_TEXT, "title nor body"),
        (b'{"body": "<p> </p>&nbsp;!"}', Reason.NO_TEXT, "title nor body"),
        (b'{"body": "' + b"x" * 100_001 + b'"}', Reason.TOO_LARGE, "max_record_bytes"),
    ],
)
def test_bad_messages(raw: bytes, reason: Reason, detail: str) -> None:
    outcome = rejected(raw)
    assert outcome.reason is reason
    assert detail in outcome.detail


def test_generous_in_what_is_taken() -> None:
    assert article(b'\xef\xbb\xbf{"title": "Mit Byte Order Mark", "unknown": {"x": [1]}}').title == "Mit Byte Order Mark"
    assert article({"body": "Nur Text"}).title == ""
    assert article({"title": "Nur Titel"}).body == ""
    assert article(b'{"title": "Halbes Emoji \\ud83d hier"}').flags == ("characters_removed", "undated")
    assert article({"title": "a", "authors": ["", "  B  ", "<b>C</b>"]}).authors == ("B", "C")
    assert article({"title": "Zeile eins\nZeile zwei"}).title == "Zeile eins Zeile zwei"


@pytest.mark.parametrize(
    ("fields", "flag", "claim"),
    [
        ({}, "undated", None),
        ({"published_at": "1970-01-01"}, "date_implausible", "1970-01-01"),
        ({"published_at": 0}, "date_implausible", "0"),
        ({"published_at": "2031-01-01"}, "date_future", "2031-01-01"),
        ({"published_at": "bald"}, "date_unreadable", "bald"),
    ],
)
def test_dates_that_are_not_used_are_kept_as_a_claim(fields: dict[str, object], flag: str, claim: str | None) -> None:
    found = article({"title": "Lage", **fields})
    assert found.published_at is None
    assert found.published_from == "none"
    assert found.published_claim == claim
    assert found.flags == (flag,)
    assert found.time == NOW


def test_ids_meet_again() -> None:
    one = article({"title": "a", "url": "https://n.example/x?fbclid=1"})
    assert one.id == article({"title": "b", "url": "http://N.example/x#top", "published_at": "2026-01-01"}).id
    assert article({"title": "a", "guid": "7", "source": "n"}).id == article({"title": "b", "guid": "7", "source": "n"}).id
    assert article({"body": "<p>Text</p>"}).id == article({"body": "Text "}).id
    odd = article({"title": "Lage", "url": "javascript:alert(1)"})
    assert odd.flags == ("undated", "url_unusable")
    assert odd.url == "javascript:alert(1)"


def test_a_correction_carries_its_time() -> None:
    assert article({"title": "a", "updated_at": "2026-11-24"}).updated_at == datetime(2026, 11, 24, tzinfo=UTC)
    assert article({"title": "a", "updated_at": "later"}).updated_at is None


def test_a_text_over_the_cap_is_cut_and_flagged() -> None:
    found = article({"body": "wort " * 15_000}, max_text_characters=1_000)
    assert len(found.body) <= 1_000
    assert "truncated" in found.flags


def test_a_language_nobody_knows_is_flagged() -> None:
    assert "language_unknown" in article({"title": "123"}).flags


def test_each_step_is_timed() -> None:
    path = pipeline()
    path.process(b'{"title": "x"}', now=NOW)
    assert path.pop_seconds() == dict.fromkeys(STEPS, 1)
    path.process(b"nothing", now=NOW)
    assert path.pop_seconds() == {**dict.fromkeys(STEPS, 0), "decode": 1}


# A machine that does other work as well draws slowly.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary()
    | st.dictionaries(
        st.sampled_from(["title", "body", "url", "guid", "published_at", "language", "authors"]),
        st.text() | st.floats() | st.none() | st.lists(st.text()),
    ).map(lambda d: json.dumps(d).encode())
)
def test_no_message_raises(raw: bytes) -> None:
    assert isinstance(pipeline().process(raw, now=NOW), EnrichedArticle | Rejected)


def stored(message: object, **changes: Any) -> EnrichedArticle:
    """An article as older rules left it: with nothing found."""
    old = Versions(wirewatch="0", gazetteer="old", topics="old", model="none")
    nothing: dict[str, Any] = {"entities": (), "persons": (), "topics": (), "topic_ids": (), "fingerprint": (), "versions": old}
    return msgspec.structs.replace(article(message), **nothing | changes)


@pytest.mark.parametrize(
    "message",
    [
        {
            "title": "Neue <b>Sanktionen</b>",
            "body": "<p>Präsident Putin\u200b reagierte.</p>" * 200,
            "url": "http://Nordpost.example/a?utm_source=x",
            "source": "nordpost.example",
            "guid": "7",
            "authors": ["A. B."],
            "language": "de-AT",
            "published_at": "2026-11-24T10:00:00+01:00",
            "updated_at": "2026-11-24T11:00:00+01:00",
        },
        {"title": "Putin", "language": "en", "published_at": "2031-01-01", "url": "javascript:alert(1)"},
        {"body": "Ohne Titel, aber mit einem Text über Sanktionen, der lang genug ist, um seine Sprache zu verraten. " * 3},
        {"title": "123"},
    ],
)
def test_reenriching_finds_what_the_first_time_would_find_now(message: object) -> None:
    first = article(message)
    assert pipeline().reenrich(first) == first
    assert pipeline().reenrich(stored(message)) == first


def test_reenriching_decides_the_language_anew_and_keeps_what_came_with_the_message() -> None:
    before = stored(
        {"title": "Sanktionen", "body": "wort " * 200, "url": "https://n.example/1"},
        language=Language("und", 0.0, "none"),
        flags=("language_unknown", "truncated", "undated"),
        backfill=True,
        first_seen_at=NOW - timedelta(days=400),
    )
    after = pipeline().reenrich(before)
    assert isinstance(after, EnrichedArticle)
    assert (after.language, after.flags) == (Language("de", 0.9, "detected"), ("truncated", "undated"))
    assert (after.backfill, after.first_seen_at, after.id) == (True, before.first_seen_at, before.id)
    assert (after.topic_ids, after.versions) == (("sanctions",), VERSIONS)
    unknown = pipeline().reenrich(stored({"title": "123"}, flags=("undated",)))
    assert isinstance(unknown, EnrichedArticle)
    assert unknown.flags == ("language_unknown", "undated")


def test_reenriching_times_its_steps_only() -> None:
    path = pipeline()
    path.reenrich(stored({"title": "x"}))
    assert path.pop_seconds() == dict.fromkeys(STEPS, 0) | dict.fromkeys(FINDING, 1)
