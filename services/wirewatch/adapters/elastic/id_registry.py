"""The index of claims: made empty, or from the articles that are there where it was lost.

Claims that came back empty would have every article taken for new that is sent again. So they are built aside, under another name, and
stand in their place at once when they are whole; workers wait until then.
"""

from collections.abc import Iterator
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from wirewatch.adapters.elastic.bulk import CONFLICT, Bulk, Operation
from wirewatch.core.errors import Refused
from wirewatch.core.outcome import Rejected

_PAGE = 5_000


def claim(claims: str, article_id: str, home: str) -> Operation:
    """What claims an article for an index, unless it is claimed."""
    return Operation({"create": {"_index": claims, "_id": article_id}}, b'{"index":"%s"}' % home.encode())


def make_claims(client: Elasticsearch, name: str, *, articles: str, declared: Any) -> str:
    """Make the index unless it is there, and say what was done.

    ``articles``: the pattern of the indices that are claimed; ``declared``: mappings and settings, as to create an index.
    """
    if client.indices.exists(index=name):
        return f"index {name}: as it was"
    homes = sorted(client.indices.get(index=articles, allow_no_indices=True, features="settings"))
    if not homes:
        try:
            client.indices.create(index=name, **declared)
        except ApiError as error:
            # Somebody else was quicker.
            if "resource_already_exists" not in str(error):
                raise
        return f"index {name}: made"
    aside = f"{name}-aside"
    client.options(ignore_status=404).indices.delete(index=aside)  # of a set-up that was killed
    client.indices.create(index=aside, **declared)
    claimed = sum(_claim_all(client, aside, home) for home in homes)
    client.indices.add_block(index=aside, block="write")
    client.indices.clone(index=aside, target=name, wait_for_active_shards=1)
    client.indices.put_settings(index=name, settings={"index.blocks.write": None})
    client.indices.delete(index=aside)
    return f"index {name}: made, with the claims of {claimed:,} articles that are there"


def _claim_all(client: Elasticsearch, aside: str, home: str) -> int:
    """Claim what stands in an index; an article that stands in an earlier one, too, is that one's. None may be left out."""
    bulk, claimed = Bulk(client, retry=None), 0
    for ids in _pages(client, home):
        outcomes = bulk.write([claim(aside, one, home) for one in ids])
        if refused := [outcome for outcome in outcomes if isinstance(outcome, Rejected)]:
            raise Refused(f"{len(refused):,} claims can't be made: {refused[0].detail}")
        claimed += sum(outcome != CONFLICT for outcome in outcomes)
    return claimed


def _pages(client: Elasticsearch, home: str) -> Iterator[list[str]]:
    client.indices.refresh(index=home)
    after: dict[str, Any] = {}
    while True:
        found = client.search(index=home, size=_PAGE, sort=[{"id": "asc"}], source=False, track_total_hits=False, **after)
        hits = found["hits"]["hits"]
        if not hits:
            return
        yield [hit["_id"] for hit in hits]
        after = {"search_after": hits[-1]["sort"]}
