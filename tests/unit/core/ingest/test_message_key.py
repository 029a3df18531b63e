import pytest

from wirewatch.core.ingest.message_key import NoKey, article_key, enriched_key


def test_the_canonical_url_then_the_guid() -> None:
    assert article_key(b'{"url": "http://Nordpost.example/a?utm_source=rss", "guid": "7"}') == b"https://nordpost.example/a"
    assert article_key(b'{"url": "no address", "guid": "7", "source": "nordpost"}') == b"nordpost\n7"
    assert article_key(b'{"guid": "7"}') == b"\n7"
    assert article_key(b'{"title": "Gipfel"}') is None


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"url": 7}', b"\xff\xfe", b'{"url": "\xff"}'])
def test_what_cannot_be_read_has_no_key(raw: bytes) -> None:
    with pytest.raises(NoKey):
        article_key(raw)


def test_an_enriched_article_has_its_id() -> None:
    assert enriched_key(b'{"id": "0a1b", "title": "Gipfel"}') == b"0a1b"
    with pytest.raises(NoKey):
        enriched_key(b"{}")
