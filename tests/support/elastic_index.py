"""What a test asks Elasticsearch itself about the articles that workers put there."""

from typing import Any

from elasticsearch import ApiError, Elasticsearch

from tests.support.engines import wait_until


def index_settings(url: str, prefix: str) -> dict[str, Any]:
    """Settings of an installation that indexes there."""
    return {"elasticsearch_urls": [url], "elasticsearch_prefix": prefix, "elasticsearch_replicas": 0}


class Index:
    """The articles of one installation."""

    def __init__(self, connected: Elasticsearch, prefix: str) -> None:
        self._client = connected
        self._prefix = prefix
        self.pattern = f"{prefix}articles-*"

    def ids(self) -> list[str]:
        """Of every document: one that stands there twice is named twice."""
        self._client.indices.refresh(index=self.pattern, allow_no_indices=True)
        found: list[str] = []
        after: Any = None
        while True:
            asked: dict[str, Any] = {"size": 5_000, "sort": [{"id": "asc"}], "source": False, "search_after": after}
            page = self._client.search(index=self.pattern, **asked)["hits"]["hits"]
            found += (hit["_id"] for hit in page)
            if len(page) < 5_000:
                return found
            after = page[-1]["sort"]

    def block(self, *, on: bool) -> None:
        """As the disk watermark does it."""
        self._client.indices.put_settings(index=self.pattern, settings={"index.blocks.read_only_allow_delete": on or None})

    def drop(self, name: str) -> None:
        """Take indices away."""
        self._client.indices.delete(index=self._prefix + name, expand_wildcards="open")

    def complete(self, count: int, seconds: float = 180) -> None:
        """Wait until so many articles are there, each of them once."""
        wait_until(lambda: self._has(count), seconds, f"{count} articles in the index")
        found = self.ids()
        assert len(found) == len(set(found)) == count

    def _has(self, count: int) -> bool:
        """An index that is being made answers no search yet."""
        try:
            return len(self.ids()) >= count
        except ApiError as error:
            if error.status_code != 503:
                raise
            return False
