"""The id registry is rebuilt from the stored articles, and none is left out silently."""

import pytest
from tests.support.elastic_store import client
from tests.support.scripted_elasticsearch import Answer, Request, Script, answer, item, items, scripted

from wirewatch.adapters.elastic.id_registry import create_registry
from wirewatch.core.errors import Refused, Unavailable


def until_ids_are_written(answered: Answer) -> list[Script]:
    """Nothing there but one article; ``answered`` is the reply to its registration."""
    hits = {"hits": {"hits": [{"_id": "a", "sort": ["a"]}]}}
    asked = (answer({}, 404), answer({"articles-2026.11": {}}), answer({}, 404), answer({}), answer({}), answer(hits), answered)
    return list(asked)


@pytest.mark.parametrize(
    ("answered", "error"),
    [
        (items(item(400, "mapper_parsing_exception", operation="create")), Refused),
        (items(item(429, "es_rejected_execution_exception", operation="create")), Unavailable),
    ],
)
def test_an_id_that_can_t_be_registered_is_reported_and_no_registry_created(answered: Answer, error: type[Exception]) -> None:
    def never(request: Request) -> Answer:
        raise AssertionError(request.path)

    with scripted(until_ids_are_written(answered), always=never) as server, client(server.url) as connected:
        with pytest.raises(error):
            create_registry(connected, "article-ids", articles="articles-*", declared={})
        assert [request.method for request in server.requests] == ["HEAD", "GET", "DELETE", "PUT", "POST", "POST", "PUT"]
