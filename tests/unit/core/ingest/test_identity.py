from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.core.ingest.identity import NoKey, article_id, article_key, canonical_url, enriched_key, letter_id, supersedes


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://News.Example/A", "https://news.example/A"),
        ("https://news.example", "https://news.example/"),
        ("https://news.example:443/a#top", "https://news.example/a"),
        ("http://news.example:8080/a", "https://news.example:8080/a"),
        ("https://user:secret@news.example/a", "https://news.example/a"),
        ("https://news.example./a", "https://news.example/a"),
        ("https://news.example/a?utm_source=x&UTM_Medium=y&fbclid=1&gclid=2", "https://news.example/a"),
        ("https://news.example/a?id=7&utm_campaign=x", "https://news.example/a?id=7"),
        ("https://news.example/a?b=2&a=1", "https://news.example/a?a=1&b=2"),
        ("https://news.example/a?empty=", "https://news.example/a?empty="),
        ("https://news.example/%7Eme/%c3%bc", "https://news.example/~me/%C3%BC"),
        ("https://news.example/ü b", "https://news.example/%C3%BC%20b"),
        ("https://news.example/%ff", "https://news.example/%FF"),
        ("https://news.example/a/./b/../c", "https://news.example/a/c"),
        ("https://news.example/a/..", "https://news.example/"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("  https://news.example/a\n", "https://news.example/a"),
    ],
)
def test_canonical_url(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news.example/a",
        "ftp://news.example/a",
        "mailto:a@b.example",
        "https://",
        "https://[",
        "https://a:99999/",
        "https://a b/",
        "https://x/" + "a" * 9000,
    ],
)
def test_unusable_urls(url: str) -> None:
    assert canonical_url(url) is None


@given(st.text())
def test_canonical_url_never_raises_and_is_stable(text: str) -> None:
    once = canonical_url("https://news.example/" + text)
    assert once is None or canonical_url(once) == once


def test_identity_is_url_else_guid_else_text() -> None:
    by_url = article_id(url="https://a.example/", source="s", guid="g", title="t", body="b")
    assert by_url == article_id(url="https://a.example/", source="other", guid=None, title="", body="")
    by_guid = article_id(url=None, source="s", guid="g", title="t", body="b")
    assert by_guid == article_id(url=None, source="s", guid="g", title="x", body="y")
    assert by_guid != article_id(url=None, source="s2", guid="g", title="t", body="b")
    by_text = article_id(url=None, source="s", guid=None, title="t", body="b")
    assert by_text != article_id(url=None, source="s", guid=None, title="tb", body="")
    assert len({by_url, by_guid, by_text}) == 3
    assert all(len(value) == 32 for value in (by_url, by_guid, by_text))


def test_dead_letter_id_tells_place_and_content() -> None:
    first = letter_id("a", 0, 1, b"x")
    assert first == letter_id("a", 0, 1, b"x")
    assert len({first, letter_id("a", 0, 2, b"x"), letter_id("b", 0, 1, b"x"), letter_id("a", 0, 1, b"y")}) == 4


def test_the_key_is_the_canonical_url_then_the_guid() -> None:
    assert article_key(b'{"url": "http://Nordpost.example/a?utm_source=rss", "guid": "7"}') == b"https://nordpost.example/a"
    assert article_key(b'{"url": "no address", "guid": "7", "source": "nordpost"}') == b"nordpost\n7"
    assert article_key(b'{"guid": "7"}') == b"\n7"
    assert article_key(b'{"title": "Gipfel"}') is None


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"url": 7}', b"\xff\xfe", b'{"url": "\xff"}'])
def test_what_cannot_be_read_has_no_key(raw: bytes) -> None:
    with pytest.raises(NoKey):
        article_key(raw)


def test_the_key_of_an_enriched_article_is_its_id() -> None:
    assert enriched_key(b'{"id": "0a1b", "title": "Gipfel"}') == b"0a1b"
    with pytest.raises(NoKey):
        enriched_key(b"{}")


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
# The same moment in other forms: without a zone, which is taken as UTC, and in another zone.
SAME = (NOON, NOON.replace(tzinfo=None), NOON.astimezone(timezone(timedelta(hours=3))))


@pytest.mark.parametrize("same", SAME, ids=str)
def test_only_a_later_correction_supersedes(same: datetime) -> None:
    assert supersedes(same, None)
    assert supersedes(same, NOON - timedelta(seconds=1))
    assert not supersedes(same, NOON)
    assert not supersedes(same, NOON + timedelta(seconds=1))
    assert not supersedes(None, same)
    assert not supersedes(None, None)


@pytest.mark.parametrize("same", SAME, ids=str)
def test_the_same_revision_supersedes_itself_where_that_is_wanted(same: datetime) -> None:
    assert supersedes(same, NOON, same_too=True)
    assert supersedes(None, None, same_too=True)
    assert not supersedes(None, same, same_too=True)
    assert not supersedes(same, NOON + timedelta(seconds=1), same_too=True)
