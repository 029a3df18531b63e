"""The test's own Elasticsearch is what the tests take it for."""

from typing import Any

import pytest

from tests.support.elastic_engine import ElasticsearchServer, ask, cluster_name

# Lower-case and normalised, as the words are that reach the decompounder.
PARTS = ["rustung", "kontrolle", "gesprach"]


def test_data_survive_kill_9(elasticsearch_server: ElasticsearchServer, elasticsearch_prefix: str) -> None:
    url, index = elasticsearch_server.url, f"{elasticsearch_prefix}kept"
    assert cluster_name(url) == elasticsearch_server.cluster_name
    ask(url, f"/{index}/_doc/one", {"headline": "Rat berät Haushalt"}, method="PUT")
    former = elasticsearch_server.pid
    elasticsearch_server.kill()
    assert cluster_name(url, 0.5) == ""
    elasticsearch_server.start()
    assert elasticsearch_server.url == url
    assert elasticsearch_server.pid != former
    assert ask(url, f"/{index}/_doc/one")["_source"] == {"headline": "Rat berät Haushalt"}
    ask(url, f"/{index}/_doc/two", {"headline": "Haushalt beschlossen"}, method="PUT")


def _german() -> dict[str, Any]:
    return {
        "analyzer": {
            "own": {"type": "custom", "tokenizer": "standard", "filter": ["lowercase", "german_normalization", "parts", "light_german"]}
        },
        "filter": {
            "parts": {"type": "dictionary_decompounder", "word_list": PARTS},
            "light_german": {"type": "stemmer", "language": "light_german"},
        },
    }


def _one(kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    """An analyzer of standard tokens, small letters and one filter."""
    return {
        "analyzer": {"own": {"type": "custom", "tokenizer": "standard", "filter": ["lowercase", "one"]}},
        "filter": {"one": {"type": kind, **settings}},
    }


def _own(component: str, settings: dict[str, Any], **others: object) -> dict[str, Any]:
    """An analyzer with a tokenizer or character filter of its own."""
    used: object = ["one"] if component == "char_filter" else "one"
    return {"analyzer": {"own": {"type": "custom", component: used, **others}}, component: {"one": settings}}


@pytest.mark.parametrize(
    ("analysis", "text", "words"),
    [
        (
            _german(),
            "Rüstungskontrollgespräche über Rüstungskontrollen",
            "rustungskontrollgesprach rustung gesprach uber rustungskontroll rustung kontroll",
        ),
        (_one("asciifolding", {}), "Genève négocie avec Łódź", "geneve negocie avec lodz"),
        (_one("asciifolding", {"preserve_original": True}), "Genève négocie", "geneve genève negocie négocie"),
        (_one("snowball", {"language": "English"}), "Inspectors verified the missiles", "inspector verifi the missil"),
        (_one("stemmer", {"language": "russian"}), "Предмет переговоров", "предмет переговор"),
        (_one("unique", {}), "one two one", "one two"),
        (
            _own("char_filter", {"type": "mapping", "mappings": ["ß => ss", "\\u0026 => and"]}, tokenizer="standard"),
            "Fuß & Co",
            "Fuss and Co",
        ),
        (
            _own("char_filter", {"type": "pattern_replace", "pattern": r"(\d+)-(\d+)", "replacement": "$1$2"}, tokenizer="whitespace"),
            "SS-20 12-34",
            "SS-20 1234",
        ),
        (_own("tokenizer", {"type": "pattern", "pattern": ", *"}), "Wien, Genf", "Wien Genf"),
    ],
)
def test_what_production_analyses_with_is_there(
    elasticsearch_url: str, elasticsearch_prefix: str, analysis: dict[str, Any], text: str, words: str
) -> None:
    index = f"{elasticsearch_prefix}words"
    ask(elasticsearch_url, f"/{index}", {"settings": {"number_of_replicas": 0, "analysis": analysis}}, method="PUT")
    found = ask(elasticsearch_url, f"/{index}/_analyze", {"analyzer": "own", "text": text}, method="POST")
    assert " ".join(token["token"] for token in found["tokens"]) == words
