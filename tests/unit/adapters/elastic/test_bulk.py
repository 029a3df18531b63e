"""What becomes of a bulk request that Elasticsearch does not take as it is."""

import threading
from urllib.parse import unquote

import pytest
from elasticsearch import Elasticsearch
from tests.support import scripted_elasticsearch as es
from tests.support.noted_retry import NotedRetry

from wirewatch.adapters.elastic.bulk import CONFLICT, Bulk, Operation
from wirewatch.core.errors import Refused, Unavailable
from wirewatch.core.outcome import Reason, Rejected

SECRET = "the words of an article"
HTML = {"X-Elastic-Product": "Elasticsearch", "Content-Type": "text/html"}


def operations(*ids: str) -> list[Operation]:
    return [Operation({"index": {"_index": "articles-2026.11", "_id": name}}, b'{"body":"%s"}' % SECRET.encode()) for name in ids]


def write(
    url: str, retry: NotedRetry | None, written: list[Operation] | None = None, *, request_timeout: float = 10
) -> list[int | Rejected]:
    with Elasticsearch(url, max_retries=0, retry_on_timeout=False, request_timeout=request_timeout) as client:
        return Bulk(client, retry).write(operations("a", "b") if written is None else written)


WHOLE = [
    (es.error(429, "es_rejected_execution_exception"), "Elasticsearch answers 429 (es_rejected_execution_exception)", Unavailable),
    (es.error(503, "no_master_exception"), "Elasticsearch answers 503 (no_master_exception)", Unavailable),
    (es.error(403, "cluster_block_exception"), "Elasticsearch answers 403 (cluster_block_exception)", Unavailable),
    (es.error(404, "index_not_found_exception"), "Elasticsearch answers 404 (index_not_found_exception)", Unavailable),
    (es.CLOSED, "nobody answers", Unavailable),
    (es.error(401, "security_exception"), "refuses the login", Refused),
    (es.error(403, "security_exception"), "is not allowed to do this (security_exception)", Refused),
    (es.Answer(b"<html>Internal error</html>", 500, {"Content-Type": "text/html"}), "Elasticsearch answers 500", Unavailable),
    (es.Answer(b'{"items":['), "can't be read (SerializationError)", Unavailable),
    (es.Answer(b"<html>Welcome</html>", 200, HTML), "does not say what became of each", Unavailable),
    (es.answer({"took": 1}), "does not say what became of each", Unavailable),
    (es.items(201), "does not say what became of each", Unavailable),
]


@pytest.mark.parametrize(("fault", "reason", "kind"), WHOLE)
def test_a_whole_request_is_sent_again(fault: es.Answer, reason: str, kind: type[Exception]) -> None:  # noqa: ARG001 - for the next test
    retry = NotedRetry()
    with es.scripted([fault, fault, es.items(201, CONFLICT)]) as server:
        assert write(server.url, retry) == [201, CONFLICT]
    assert [request.ids for request in server.requests] == [["a", "b"]] * 3
    assert len({request.body for request in server.requests}) == 1
    assert len(retry.calls) == 3
    assert all(reason in found for found in retry.reasons)
    assert retry.calls[-1] == "done"
    assert SECRET not in str(retry.calls)


@pytest.mark.parametrize(("fault", "reason", "kind"), WHOLE)
def test_a_whole_request_is_given_up(fault: es.Answer, reason: str, kind: type[Exception]) -> None:
    for retry, tries in ((None, 1), (NotedRetry(waits=2), 3)):
        with es.scripted([], always=fault) as server, pytest.raises(kind) as caught:
            write(server.url, retry)
        assert type(caught.value) is kind
        assert reason in str(caught.value)
        assert len(server.requests) == tries
        assert retry is None or "done" not in retry.calls


def test_an_answer_that_does_not_come() -> None:
    over = threading.Event()

    def late(_request: es.Request) -> es.Answer:
        over.wait(60)
        return es.CLOSED

    retry = NotedRetry()
    with es.scripted([late, es.all_written]) as server:
        try:
            assert write(server.url, retry, request_timeout=0.3) == [201, 201]
        finally:
            over.set()
    assert "no answer in time" in retry.reasons[0]


def test_what_is_refused_for_good_is_not_sent_again() -> None:
    retry = NotedRetry()
    with es.scripted([es.error(400, "illegal_argument_exception", SECRET)]) as server, pytest.raises(Refused) as caught:
        write(server.url, retry)
    assert str(caught.value) == "Elasticsearch answers 400 (illegal_argument_exception)"
    assert retry.calls == []


def test_what_is_no_elasticsearch() -> None:
    page = es.Answer(b"{}", 200, {"Content-Type": "application/json"})
    with es.scripted([page]) as server, pytest.raises(Refused, match="not Elasticsearch; correct elasticsearch_urls"):
        write(server.url, NotedRetry())


def test_only_what_was_not_taken_is_sent_again() -> None:
    retry = NotedRetry()
    first = es.items(
        201,
        es.item(429, "es_rejected_execution_exception"),
        es.item(503, "unavailable_shards_exception"),
        CONFLICT,
        es.item(404, "index_not_found_exception"),
        es.item(403, "cluster_block_exception"),
        es.item(403, "security_exception"),
        200,
    )
    second = es.items(es.item(429, "es_rejected_execution_exception"), 200, 201, CONFLICT, es.item(400, "mapper_parsing_exception"))
    with es.scripted([first, second, es.items(201)]) as server:
        outcomes = write(server.url, retry, operations(*"abcdefgh"))
    assert [request.ids for request in server.requests] == [[*"abcdefgh"], [*"bcefg"], ["b"]]
    refused = Rejected(Reason.STORE_REFUSED, "Elasticsearch answers 400 (mapper_parsing_exception)")
    assert outcomes == [201, 201, 200, CONFLICT, 201, CONFLICT, refused, 200]
    assert [call == "done" for call in retry.calls] == [False, False, True]
    assert {unquote(request.path) for request in server.requests} == {"/_bulk?filter_path=items.*.status,items.*.error.type"}


@pytest.mark.parametrize(
    ("status", "kind", "raised"),
    [(429, "busy", Unavailable), (403, "cluster_block_exception", Unavailable), (403, "security_exception", Refused)],
)
def test_part_of_a_request_is_given_up(status: int, kind: str, raised: type[Exception]) -> None:
    for retry in (None, NotedRetry(waits=0)):
        with es.scripted([es.items(201, es.item(status, kind))]) as server, pytest.raises(raised) as caught:
            write(server.url, retry)
        assert kind in str(caught.value)
        assert type(caught.value) is raised
        assert retry is None or len(retry.calls) == 1


def test_a_refusal_holds_nothing_of_the_article() -> None:
    refused = es.item(400, "mapper_parsing_exception", f"failed to parse field [body]: {SECRET}")
    with es.scripted([es.items(refused, 201)]) as server:
        outcomes = write(server.url, NotedRetry())
    assert outcomes == [Rejected(Reason.STORE_REFUSED, "Elasticsearch answers 400 (mapper_parsing_exception)"), 201]
    assert SECRET not in str(outcomes)


def at_most(largest: int) -> es.Script:
    """Takes requests of so many articles."""
    return lambda request: es.all_written(request) if len(request.ids) <= largest else es.Answer(b"", 413)


def test_a_request_that_is_too_large_is_sent_in_halves() -> None:
    retry = NotedRetry()
    with es.scripted([], always=at_most(2)) as server:
        assert write(server.url, retry, operations(*"abcde")) == [201] * 5
    assert [request.ids for request in server.requests] == [[*"abcde"], [*"ab"], [*"cde"], ["c"], [*"de"]]
    assert retry.reasons == []


def test_an_article_that_is_too_large_alone_is_refused() -> None:
    def not_b(request: es.Request) -> es.Answer:
        return es.error(413, "content_too_long") if "b" in request.ids else es.all_written(request)

    with es.scripted([], always=not_b) as server:
        outcomes = write(server.url, NotedRetry(), operations(*"abcd"))
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert outcomes == [201, refused, 201, 201]
    assert refused.reason is Reason.TOO_LARGE
    assert "http.max_content_length" in refused.detail
    assert SECRET not in refused.detail


def test_the_rest_of_a_request_may_be_too_large_too() -> None:
    some = es.items(201, es.item(429, "busy"), es.item(429, "busy"))
    with es.scripted([some], always=at_most(1)) as server:
        assert write(server.url, NotedRetry(), operations(*"abc")) == [201, 201, 201]
    assert [request.ids for request in server.requests] == [[*"abc"], [*"bc"], ["b"], ["c"]]
