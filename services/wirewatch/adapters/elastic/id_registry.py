"""The id registry: the index ``article-ids``, which holds for the id of each article the index that the article is in.

An id is registered once and keeps its index (docs/decisions/0004). If the registry came back empty, every article sent again would
count as new. So a lost one is rebuilt from the articles under another name and cloned to its own once it is complete; workers wait
until then.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from wirewatch.adapters.elastic.bulk import CONFLICT, Bulk, Operation
from wirewatch.adapters.elastic.client import documents, pages
from wirewatch.core.errors import Refused
from wirewatch.core.outcome import Rejected

ARTICLE_IDS = "article-ids"
_PAGE = 5_000


class IdRegistry:
    """Registers ids, and finds the index of those that are registered. ``name`` is the registry's own index."""

    def __init__(self, client: Elasticsearch, name: str, bulk: Bulk) -> None:
        self.name = name
        self._client = client
        self._bulk = bulk

    def register(self, wanted: Mapping[str, str]) -> dict[str, str | Rejected]:
        """The index of each id: the wanted one if the id is new, else the one it has; or why it can't be registered.

        Raises Unavailable, Refused.
        """
        found: dict[str, str | Rejected] = {}
        # More than once only for an id that was there and was deleted before it could be looked up.
        while missing := [name for name in wanted if name not in found]:
            operations = [registration(self.name, name, wanted[name]) for name in missing]
            outcomes = dict(zip(missing, self._bulk.write(operations), strict=True))
            found |= {name: wanted[name] if isinstance(status, int) else status for name, status in outcomes.items() if status != CONFLICT}
            if known := [name for name, status in outcomes.items() if status == CONFLICT]:
                found |= self._bulk.patiently(partial(self.look_up, known))
        return found

    def look_up(self, ids: Iterable[str]) -> dict[str, str]:
        """The index of each id that is registered. Raises the client's errors."""
        found = documents(self._client, [{"_index": self.name, "_id": name, "_source": ["index"]} for name in ids])
        return {doc["_id"]: doc["_source"]["index"] for doc in found if doc.get("found")}


def registration(registry: str, article_id: str, index: str) -> Operation:
    """What registers an id; it conflicts if the id is registered."""
    return Operation({"create": {"_index": registry, "_id": article_id}}, b'{"index":"%s"}' % index.encode())


def create_registry(client: Elasticsearch, name: str, *, articles: str, declared: Any) -> str:
    """Create the registry if it is missing, with the ids of all articles that are stored, and say what was done.

    ``articles``: the pattern of the articles' indices; ``declared``: mappings and settings, as Elasticsearch takes them to create an
    index. Raises Unavailable, Refused and the client's errors.
    """
    if client.indices.exists(index=name):
        return f"index {name}: as it was"
    indices = sorted(client.indices.get(index=articles, allow_no_indices=True, features="settings"))
    if not indices:
        try:
            client.indices.create(index=name, **declared)
        except ApiError as error:
            # Another setup was quicker.
            if "resource_already_exists" not in str(error):
                raise
        return f"index {name}: made"
    aside = f"{name}-aside"
    client.options(ignore_status=404).indices.delete(index=aside)  # left by a setup that was killed
    client.indices.create(index=aside, **declared)
    registered = sum(_register_all(client, aside, index) for index in indices)
    client.indices.add_block(index=aside, block="write")
    client.indices.clone(index=aside, target=name, wait_for_active_shards=1)
    client.indices.put_settings(index=name, settings={"index.blocks.write": None})
    client.indices.delete(index=aside)
    return f"index {name}: made, with the ids of {registered:,} stored articles"


def _register_all(client: Elasticsearch, aside: str, index: str) -> int:
    """Register the articles of an index. An id that is in an earlier index too keeps the earlier one. None may be left out."""
    bulk, registered = Bulk(client, retry=None), 0
    for ids in _ids(client, index):
        outcomes = bulk.write([registration(aside, name, index) for name in ids])
        if refused := [outcome for outcome in outcomes if isinstance(outcome, Rejected)]:
            raise Refused(f"{len(refused):,} article ids can't be registered: {refused[0].detail}")
        registered += sum(outcome != CONFLICT for outcome in outcomes)
    return registered


def _ids(client: Elasticsearch, index: str) -> Iterator[list[str]]:
    client.indices.refresh(index=index)
    for hits in pages(partial(client.search, index=index, source=False), _PAGE):
        yield [hit["_id"] for hit in hits]
