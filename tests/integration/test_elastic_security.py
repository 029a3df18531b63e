"""Elasticsearch with TLS and users: what docs/operations/elasticsearch.md grants each is enough, and what else they try is refused."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.articles import analyser, article
from tests.support.elastic_secured import ADMIN, SecuredElasticsearch
from tests.support.noted_retry import NotedRetry
from tests.support.program import Program
from wirewatch.adapters.elastic.setup import ElasticSetup
from wirewatch.adapters.elastic.store import ElasticStore
from wirewatch.core.errors import Refused
from wirewatch.core.search.parser import parse
from wirewatch.ports.store import PutResult

PREFIX = "desk-"
NAMES = [f"{PREFIX}articles-*", f"{PREFIX}article-ids"]


def role(*privileges: str, cluster: tuple[str, ...] = ("monitor",)) -> dict[str, Any]:
    return {"cluster": list(cluster), "indices": [{"names": NAMES, "privileges": list(privileges)}]}


# As the table of docs/operations/elasticsearch.md has them.
ROLES = {
    "setup": role("manage", "view_index_metadata", cluster=("monitor", "manage_index_templates")),
    "writer": role("write", "read", "auto_configure", "view_index_metadata"),
    "reader": role("read", cluster=()),
    "doctor": role("view_index_metadata"),
    "nobody": {"cluster": [], "indices": []},
}


@pytest.fixture(scope="module")
def server() -> Iterator[SecuredElasticsearch]:
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-elasticsearch-"))
    made = SecuredElasticsearch(folder, ROLES)
    try:
        made.start()
        with made.client("setup") as client:
            ElasticSetup(client, prefix=PREFIX, shards=1, replicas=0).install()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


def store(server: SecuredElasticsearch, user: str, retry: NotedRetry | None = None) -> ElasticStore:
    return ElasticStore(server.client(user), analyser=analyser, prefix=PREFIX, retry=retry)


def refresh(server: SecuredElasticsearch) -> None:
    with server.client() as client:
        client.indices.refresh(index=f"{PREFIX}*")


class Secured:
    """The program in a folder, as one user."""

    def __init__(self, folder: Path, server: SecuredElasticsearch, user: str, *, password: str | None = None, ca: bool = True) -> None:
        self.program = Program(folder)
        secret = folder / "password"
        secret.write_text(f"{server.passwords[user] if password is None else password}\n")
        self.settings: dict[str, object] = {
            "elasticsearch_urls": server.url,
            "elasticsearch_prefix": PREFIX,
            "elasticsearch_replicas": 0,
            "elasticsearch_user": user,
            "elasticsearch_password_file": secret,
            **({"elasticsearch_ca_file": server.ca} if ca else {}),
        }

    def run(self, *arguments: str, exits: int = 0) -> str:
        """What it said: its output, or where it is to fail, its error."""
        done = self.program.run(*arguments, stdin=b"", **self.settings)
        assert done.returncode == exits, done.stderr.decode()
        assert b"Traceback" not in done.stderr
        return (done.stderr if exits else done.stdout).decode()


@pytest.mark.parametrize("user", ROLES)
def test_each_user_has_its_role(server: SecuredElasticsearch, user: str) -> None:
    """A role that the server doesn't know is no role, and whoever has none is refused everything: no test of what a role may not do."""
    with server.client(user) as client:
        assert client.security.authenticate()["roles"] == [user]
        granted = client.security.get_user_privileges()
    assert set(granted["cluster"]) == set(ROLES[user]["cluster"])
    assert {name for found in granted["indices"] for name in found["names"]} == {
        name for found in ROLES[user]["indices"] for name in found["names"]
    }


def test_each_user_can_do_its_work(server: SecuredElasticsearch, tmp_path: Path) -> None:
    assert f"index {PREFIX}article-ids: as it was" in Secured(tmp_path, server, "setup").run("setup", "--only", "elasticsearch")
    with server.client("writer") as client:
        assert ElasticSetup(client, prefix=PREFIX, shards=1, replicas=0).check().endswith(", set up")
    found = json.loads(Secured(tmp_path, server, "doctor").run("doctor", "--json"))
    assert [finding["state"] for finding in found if finding["what"] == "elasticsearch"] == ["ok"]

    writer = store(server, "writer")
    first, again = [article("a", "Gipfel"), article("b", "Treffen")], [article("a", "Gipfel"), article("c", "Gipfel")]
    assert writer.put(first) == [PutResult.INDEXED] * 2
    assert writer.put(again) == [PutResult.DUPLICATE, PutResult.INDEXED]
    assert writer.put(first, replace=True) == [PutResult.INDEXED] * 2
    writer.close()
    refresh(server)
    assert json.loads(Secured(tmp_path, server, "reader").run("search", "Gipfel", "--facets", "--json"))["total"] == 2
    assert {kept.id for kept in store(server, "reader").scan(parse(""))} == {"a", "b", "c"}


@pytest.mark.parametrize("user", ["reader", "doctor", "nobody"])
def test_who_may_not_write_waits_and_rejects_nothing(server: SecuredElasticsearch, user: str) -> None:
    retry = NotedRetry(2)
    with pytest.raises(Refused, match="is not allowed to"):
        store(server, user, retry).put([article("refused")])
    assert len(retry.reasons) == 3
    assert store(server, ADMIN).get("refused") is None


@pytest.mark.parametrize("user", ["writer", "reader", "nobody"])
def test_only_setup_may_set_up(server: SecuredElasticsearch, tmp_path: Path, user: str) -> None:
    assert "is not allowed to" in Secured(tmp_path, server, user).run("setup", "--only", "elasticsearch", exits=1)


@pytest.mark.parametrize("user", ["setup", "writer"])
def test_rights_end_at_the_prefix(server: SecuredElasticsearch, user: str) -> None:
    with server.client(user) as client, pytest.raises(Refused, match="is not allowed to"):
        ElasticStore(client, analyser=analyser, prefix="other-").put([article("a")])


def test_who_may_not_read_finds_nothing_in_error_not_in_silence(server: SecuredElasticsearch, tmp_path: Path) -> None:
    assert "is not allowed to" in Secured(tmp_path, server, "nobody").run("search", "Gipfel", exits=1)


def test_a_wrong_password_is_said_at_once(server: SecuredElasticsearch, tmp_path: Path) -> None:
    wrong = Secured(tmp_path, server, "setup", password="not it")
    for verb in (("search", "Gipfel"), ("setup", "--only", "elasticsearch", "--wait", "60")):
        assert "refuses the login; correct elasticsearch_user" in wrong.run(*verb, exits=1)
    assert server.passwords["setup"] not in wrong.run("search", exits=1)


def test_a_certificate_of_nobody_we_know_is_not_trusted(server: SecuredElasticsearch, tmp_path: Path) -> None:
    said = Secured(tmp_path, server, "reader", ca=False).run("search", "Gipfel", exits=3)
    assert "set elasticsearch_ca_file to the CA" in said


def test_plain_http_to_a_server_that_speaks_tls(server: SecuredElasticsearch, tmp_path: Path) -> None:
    plain = Secured(tmp_path, server, "reader", ca=False)
    plain.settings["elasticsearch_urls"] = server.url.replace("https://", "http://")
    plain.run("search", "Gipfel", exits=3)


def test_an_api_key_serves_instead_of_a_user(server: SecuredElasticsearch, tmp_path: Path) -> None:
    with server.client() as client:
        made = client.security.create_api_key(name="desk", role_descriptors={"reader": ROLES["reader"]})
    key = tmp_path / "key"
    secured = Secured(tmp_path, server, ADMIN)
    del secured.settings["elasticsearch_user"], secured.settings["elasticsearch_password_file"]
    secured.settings["elasticsearch_api_key_file"] = key
    key.write_text(f"{made['encoded']}\n")
    assert "total" in json.loads(secured.run("search", "Gipfel", "--json"))
    assert "is not allowed to" in secured.run("setup", "--only", "elasticsearch", exits=1)
    with server.client() as client:
        client.security.invalidate_api_key(ids=[made["id"]])
    assert "refuses the login" in secured.run("search", "Gipfel", exits=1)
