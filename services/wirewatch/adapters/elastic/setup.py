"""What Elasticsearch needs before the first article: templates and the id registry, as ``schemas/elasticsearch`` declares them."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from wirewatch.adapters.elastic.client import NEEDED_MAJOR, faults
from wirewatch.adapters.elastic.id_registry import ARTICLE_IDS, create_registry
from wirewatch.adapters.elastic.store import ARTICLES
from wirewatch.core.errors import DataFileError, Refused
from wirewatch.ports.signals import Tell, silent
from wirewatch.ports.waiting import patiently

_FOLDER = Path(str(files("wirewatch") / "schemas" / "elasticsearch"))
_COMPONENTS = ("articles-settings", "articles-mappings")


class ElasticSetup:
    """Creates and checks what the store needs; all names begin with ``prefix``."""

    def __init__(self, client: Elasticsearch, *, prefix: str, shards: int, replicas: int) -> None:
        self._client = client
        self._prefix = prefix
        self._sizes = {"number_of_shards": shards, "number_of_replicas": replicas}
        self._pattern = f"{prefix}{ARTICLES}-*"

    def install(self, *, wait_seconds: float = 0.0, tell: Tell = silent) -> list[str]:
        """Install or upgrade everything while others may write and search. Returns a line for each step.

        Raises Unavailable if the server is still down after ``wait_seconds``, Refused also if a newer release has set it up.
        """
        return patiently(faults("set up Elasticsearch")(self._install), wait_seconds=wait_seconds, tell=tell)

    def check(self, *, wait_seconds: float = 0.0, tell: Tell = silent) -> str:
        """Check that Elasticsearch answers and is set up for this release; returns a line that says so. Raises as ``install`` does."""
        return patiently(faults("look at Elasticsearch")(self._look), wait_seconds=wait_seconds, tell=tell)

    def _install(self) -> list[str]:
        self._check_server()
        done = [self._component(name, before) for name, before in self._versions().items()]
        self._client.indices.put_index_template(
            name=f"{self._prefix}{ARTICLES}",
            index_patterns=[self._pattern],
            composed_of=[f"{self._prefix}{name}" for name in _COMPONENTS],
            template={"aliases": {f"{self._prefix}{ARTICLES}": {}}},
            priority=200,
            meta={"version": declared("articles-mappings")["_meta"]["version"]},
        )
        done.append(f"index template {self._prefix}{ARTICLES}: for {self._pattern}")
        return [*done, *self._indices(), *self._id_registry()]

    def _look(self) -> str:
        release = self._check_server()
        for name, found in self._versions().items():
            if found is None or found < declared(name)["_meta"]["version"]:
                raise Refused(f"Elasticsearch is not set up for this release ({self._prefix}{name}); run: wirewatch setup")
        for name in (ARTICLES, ARTICLE_IDS):
            if not self._client.indices.exists_index_template(name=f"{self._prefix}{name}"):
                raise Refused(f"Elasticsearch has no index template {self._prefix}{name}; create it: wirewatch setup")
        if not self._client.indices.exists(index=f"{self._prefix}{ARTICLE_IDS}"):
            raise Refused(f"Elasticsearch has no index {self._prefix}{ARTICLE_IDS}; create it: wirewatch setup")
        return f"Elasticsearch {release}, set up"

    def _check_server(self) -> str:
        """The server's release. Raises Refused for another major release than the client's: the two don't understand each other."""
        try:
            release = str(self._client.info()["version"]["number"])
        except ApiError as error:
            if error.status_code != 405:  # a build without that page
                raise
            nodes = self._client.nodes.info(filter_path="nodes.*.version")["nodes"]
            release = str(next(iter(nodes.values()))["version"])
        if int(release.partition(".")[0]) != NEEDED_MAJOR:
            raise Refused(f"Elasticsearch is {release}, and this release of wirewatch needs {NEEDED_MAJOR}.x; use one of those")
        return release

    def _versions(self) -> dict[str, int | None]:
        """The versions of all templates, read before anything is changed: one may be a newer release's."""
        return {name: self._version(name) for name in _COMPONENTS}

    def _version(self, component: str) -> int | None:
        """The version of an installed component template; None if it is missing. Raises Refused for a newer one."""
        try:
            found = self._client.cluster.get_component_template(name=f"{self._prefix}{component}")
        except ApiError as error:
            if error.status_code == 404:
                return None
            raise
        template = found["component_templates"][0]["component_template"]
        version = int(template.get("_meta", {}).get("version", 0))
        known = declared(component)["_meta"]["version"]
        if version > known:
            raise Refused(f"{self._prefix}{component} was set up by a newer wirewatch (version {version}, this one knows {known})")
        return version

    def _component(self, name: str, before: int | None) -> str:
        own = declared(name)
        template = own["template"]
        if "settings" in template:
            template["settings"]["index"] |= self._sizes
        self._client.cluster.put_component_template(name=f"{self._prefix}{name}", template=template, meta=own["_meta"])
        what = "made" if before is None else "as it was" if before == own["_meta"]["version"] else f"upgraded from version {before}"
        return f"component template {self._prefix}{name}: {what}"

    def _indices(self) -> list[str]:
        """Add new mappings to the existing indices."""
        mappings = declared("articles-mappings")["template"]["mappings"]
        wanted = mappings["_meta"]["version"]
        lines = []
        for name, found in self._client.indices.get_mapping(index=self._pattern, allow_no_indices=True).items():
            if found["mappings"].get("_meta", {}).get("version", 0) < wanted:
                self._client.indices.put_mapping(index=name, properties=mappings["properties"], meta=mappings["_meta"])
                lines.append(f"index {name}: mappings upgraded")
        return lines

    def _id_registry(self) -> list[str]:
        """Nothing but ``setup`` creates the registry: a lost one must not come back empty with the next article."""
        name, registry = f"{self._prefix}{ARTICLE_IDS}", declared("article-ids")
        settings = registry["settings"]["index"] | {"number_of_replicas": self._sizes["number_of_replicas"]}
        template = {"mappings": registry["mappings"], "settings": {"index": settings}}
        self._client.indices.put_index_template(
            name=name,
            index_patterns=[name],
            template=template,
            allow_auto_create=False,
            priority=200,
            meta={"version": registry["mappings"]["_meta"]["version"]},
        )
        made = create_registry(self._client, name, articles=self._pattern, declared=template)
        return [f"index template {name}: made by setup only", made]


def declared(name: str, folder: Path = _FOLDER) -> Any:
    """A template as it ships. Raises DataFileError."""
    path = folder / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataFileError(f"{path}: can't be read ({error.strerror}); install the package again") from error
    except ValueError as error:
        raise DataFileError(f"{path}: not valid JSON ({error}); install the package again") from error
