import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.core.ingest.identity import article_id, canonical_url, letter_id


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
