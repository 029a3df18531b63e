"""``wirewatch setup``, ``doctor`` and ``search`` with Elasticsearch."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from msgspec.structs import replace

from tests.support.articles import article
from tests.support.elastic_store import client
from tests.support.engines import free_port
from tests.support.program import Program
from wirewatch.adapters.elastic import id_registry
from wirewatch.adapters.elastic.setup import ElasticSetup
from wirewatch.adapters.elastic.store import ElasticStore
from wirewatch.adapters.sqlite.store import SqliteStore
from wirewatch.bootstrap.taggers import build_analyser
from wirewatch.core.errors import Refused, Unavailable
from wirewatch.ports.store import PutResult


@pytest.fixture
def connected(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with closing(client(elasticsearch_url)) as found:
        yield found


@pytest.fixture
def prefix(connected: Elasticsearch, elasticsearch_prefix: str) -> Iterator[str]:
    yield elasticsearch_prefix
    for name in ("articles", "article-ids"):
        connected.options(ignore_status=404).indices.delete_index_template(name=f"{elasticsearch_prefix}{name}")
    for name in ("articles-settings", "articles-mappings"):
        connected.options(ignore_status=404).cluster.delete_component_template(name=f"{elasticsearch_prefix}{name}")


def setup(connected: Elasticsearch, prefix: str, *, shards: int = 1) -> ElasticSetup:
    return ElasticSetup(connected, prefix=prefix, shards=shards, replicas=0)


def install_version(connected: Elasticsearch, prefix: str, version: int) -> None:
    """What another release has left: its templates and an index of theirs."""
    template = {"mappings": {"_meta": {"version": version}, "dynamic": False, "properties": {"id": {"type": "keyword"}}}}
    connected.cluster.put_component_template(name=f"{prefix}articles-mappings", template=template, meta={"version": version})
    connected.indices.create(index=f"{prefix}articles-2026.10", mappings=template["mappings"], settings={"number_of_replicas": 0})


def test_install_on_an_empty_cluster_and_again(connected: Elasticsearch, prefix: str) -> None:
    assert setup(connected, prefix, shards=2).install() == [
        f"component template {prefix}articles-settings: made",
        f"component template {prefix}articles-mappings: made",
        f"index template {prefix}articles: for {prefix}articles-*",
        f"index template {prefix}article-ids: made by setup only",
        f"index {prefix}article-ids: made",
    ]
    assert setup(connected, prefix, shards=2).install() == [
        f"component template {prefix}articles-settings: as it was",
        f"component template {prefix}articles-mappings: as it was",
        f"index template {prefix}articles: for {prefix}articles-*",
        f"index template {prefix}article-ids: made by setup only",
        f"index {prefix}article-ids: as it was",
    ]
    assert setup(connected, prefix).check().endswith(", set up")
    connected.indices.create(index=f"{prefix}articles-2026.11")
    made = connected.indices.get(index=f"{prefix}articles-2026.11")[f"{prefix}articles-2026.11"]
    assert (made["settings"]["index"]["number_of_shards"], made["settings"]["index"]["number_of_replicas"]) == ("2", "0")
    assert list(made["aliases"]) == [f"{prefix}articles"]
    assert made["mappings"]["properties"]["search"]["properties"]["stems"]["analyzer"] == "whitespace"


def test_an_upgrade_reaches_the_indices_that_are_there(connected: Elasticsearch, prefix: str) -> None:
    install_version(connected, prefix, 0)
    with pytest.raises(Refused, match=r"not set up for this release .*: wirewatch setup$"):
        setup(connected, prefix).check()
    lines = setup(connected, prefix).install()
    assert f"component template {prefix}articles-mappings: upgraded from version 0" in lines
    assert f"index {prefix}articles-2026.10: mappings upgraded" in lines
    mappings = connected.indices.get_mapping(index=f"{prefix}articles-2026.10")[f"{prefix}articles-2026.10"]["mappings"]
    assert mappings["_meta"]["version"] == 1
    assert mappings["properties"]["search"]["properties"]["microsecond"] == {"type": "long"}
    assert not [line for line in setup(connected, prefix).install() if "upgraded" in line]


def test_a_newer_release_is_not_undone(connected: Elasticsearch, prefix: str) -> None:
    install_version(connected, prefix, 99)
    for ask in (setup(connected, prefix).install, setup(connected, prefix).check):
        with pytest.raises(Refused, match=r"was set up by a newer wirewatch \(version 99, this one knows 1\)"):
            ask()
    # Nothing was changed before it was found.
    assert not connected.cluster.exists_component_template(name=f"{prefix}articles-settings")
    assert not connected.indices.exists(index=f"{prefix}article-ids")


def test_check_names_what_is_missing(connected: Elasticsearch, prefix: str) -> None:
    with pytest.raises(Refused, match=r"articles-settings.*wirewatch setup"):
        setup(connected, prefix).check()
    setup(connected, prefix).install()
    connected.indices.delete(index=f"{prefix}article-ids")
    with pytest.raises(Refused, match=r"no index .*article-ids.*wirewatch setup"):
        setup(connected, prefix).check()
    connected.indices.delete_index_template(name=f"{prefix}articles")
    with pytest.raises(Refused, match=r"no index template .*articles.*wirewatch setup"):
        setup(connected, prefix).check()
    setup(connected, prefix).install()
    setup(connected, prefix).check()


def test_a_server_that_is_down_is_reported_once_and_waited_for() -> None:
    reported: list[str] = []
    with client(f"http://127.0.0.1:{free_port()}") as nobody:
        with pytest.raises(Unavailable, match="nobody answers"):
            setup(nobody, "").check(wait_seconds=0.1, tell=reported.append)
        assert len(reported) == 1
        assert reported[0].startswith("look at Elasticsearch: nobody answers")
        assert reported[0].endswith("; waiting up to 0.1 s …")
        with pytest.raises(Unavailable):
            setup(nobody, "").install(tell=reported.append)
        assert len(reported) == 1


class ElasticProgram:
    """The program in a folder, with settings that name the server."""

    def __init__(self, folder: Path, url: str, prefix: str) -> None:
        self.program = Program(folder)
        self.settings: dict[str, object] = {"elasticsearch_urls": url, "elasticsearch_prefix": prefix, "elasticsearch_replicas": 0}

    def run(self, *arguments: str, exits: int = 0) -> tuple[str, str]:
        done = self.program.run(*arguments, stdin=b"", **self.settings)
        assert done.returncode == exits, done.stderr.decode()
        return done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def elastic_program(tmp_path: Path, elasticsearch_url: str, prefix: str) -> ElasticProgram:
    return ElasticProgram(tmp_path, elasticsearch_url, prefix)


def elastic_finding(program: ElasticProgram, exits: int) -> dict[str, str]:
    findings = json.loads(program.run("doctor", "--json", exits=exits)[0])
    (found,) = [finding for finding in findings if finding["what"] == "elasticsearch"]
    assert isinstance(found, dict)
    return found


def test_setup_doctor_and_search(elastic_program: ElasticProgram, connected: Elasticsearch, prefix: str, tmp_path: Path) -> None:
    before = elastic_finding(elastic_program, 1)
    assert before["state"] == "fault"
    assert "wirewatch setup" in before["detail"]
    out, _ = elastic_program.run("setup", "--only", "elasticsearch")
    assert f"index {prefix}article-ids: made" in out
    assert f"index {prefix}article-ids: as it was" in json.loads(elastic_program.run("setup", "--json")[0])
    assert elastic_finding(elastic_program, 0)["state"] == "ok"
    assert json.loads(elastic_program.run("search", "--json")[0])["total"] == 0

    store = ElasticStore(connected, analyser=build_analyser, prefix=prefix, refresh=True)
    store.put([article("a", "Gipfel in Genf"), article("b", "Neue Sanktionen", topics=["sanctions"])])
    database = tmp_path / "other.db"
    with closing(SqliteStore(database, analyser=build_analyser())) as embedded:
        embedded.put([article("c", "Sanktionen in einer Datei")])

    answer = json.loads(elastic_program.run("search", "Sanktion", "--facets", "--timeline", "day", "--json")[0])
    assert [hit["id"] for hit in answer["hits"]] == ["b"]
    assert answer["facets"]["topics"] == [{"value": "sanctions", "count": 1}]
    assert [bucket["count"] for bucket in answer["timeline"]] == [1]
    answer = json.loads(elastic_program.run("search", "Sanktion", "--database", str(database), "--json")[0])
    assert [hit["id"] for hit in answer["hits"]] == ["c"]
    _, err = elastic_program.run("search", "--limit", "1000", "--page", "11", exits=1)
    assert "the first 10,000 articles" in err


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    down = ElasticProgram(tmp_path, f"http://127.0.0.1:{free_port()}", "")
    for verb in (("search", "Sanktion"), ("setup", "--only", "elasticsearch", "--wait", "0")):
        out, err = down.run(*verb, exits=3)
        assert out == ""
        assert "nobody answers" in err
        assert "Traceback" not in err
    assert "nobody answers" in elastic_finding(down, 1)["detail"]


def test_settings_that_do_not_fit(tmp_path: Path) -> None:
    wrong = ElasticProgram(tmp_path, "localhost:9200", "")
    for verb in ("search", "setup"):
        assert "http(s)://host:port" in wrong.run(verb, exits=2)[1]
    assert "elasticsearch_urls" in Program(tmp_path).run("setup", "--only", "elasticsearch").stderr.decode()


def test_a_lost_id_registry_is_rebuilt_from_the_articles(connected: Elasticsearch, prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An article of an earlier month that is sent again after that is still known."""
    monkeypatch.setattr(id_registry, "_PAGE", 2)
    setup(connected, prefix).install()
    store = ElasticStore(connected, analyser=build_analyser, prefix=prefix, refresh=True)
    october, november = (datetime(2026, month, 3, 12, tzinfo=UTC) for month in (10, 11))
    early = [replace(article(f"o{number}"), first_seen_at=october) for number in range(3)]
    late = [replace(article(f"n{number}"), first_seen_at=november) for number in range(3)]
    assert set(store.put([*early, *late])) == {PutResult.INDEXED}
    connected.indices.delete(index=f"{prefix}article-ids")
    assert setup(connected, prefix).install()[-1] == f"index {prefix}article-ids: made, with the ids of 6 stored articles"
    again = [replace(one, first_seen_at=november) for one in early]
    assert set(store.put([*again, *late])) == {PutResult.DUPLICATE}
    assert store.put([article("new")]) == [PutResult.INDEXED]
    assert not connected.indices.exists(index=f"{prefix}article-ids-aside")
    assert setup(connected, prefix).check().endswith("set up")
