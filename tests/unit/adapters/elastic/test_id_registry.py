"""Claims made from the articles that are there: none is left out in silence."""

import pytest
from tests.support.elastic_store import client
from tests.support.scripted_elasticsearch import Answer, Request, Script, answer, item, items, scripted

from wirewatch.adapters.elastic.id_registry import make_claims
from wirewatch.core.errors import Refused, Unavailable


def until_claims_are_written(claimed: Answer) -> list[Script]:
    """Nothing there but one article; what is answered to its claim."""
    hits = {"hits": {"hits": [{"_id": "a", "sort": ["a"]}]}}
    asked = (answer({}, 404), answer({"articles-2026.11": {}}), answer({}, 404), answer({}), answer({}), answer(hits), claimed)
    return list(asked)


@pytest.mark.parametrize(
    ("claimed", "error"),
    [
        (items(item(400, "mapper_parsing_exception", operation="create")), Refused),
        (items(item(429, "es_rejected_execution_exception", operation="create")), Unavailable),
    ],
)
def test_a_claim_that_can_t_be_made_is_told_and_nothing_put_in_place(claimed: Answer, error: type[Exception]) -> None:
    def never(request: Request) -> Answer:
        raise AssertionError(request.path)

    with scripted(until_claims_are_written(claimed), always=never) as server, client(server.url) as connected:
        with pytest.raises(error):
            make_claims(connected, "article-ids", articles="articles-*", declared={})
        assert [request.method for request in server.requests] == ["HEAD", "GET", "DELETE", "PUT", "POST", "POST", "PUT"]
