"""Settings that name a server, and what is wrong with them."""

from pathlib import Path

import pytest
from tests.support import scripted_elasticsearch as es

from wirewatch.adapters.elastic.client import connect, faults
from wirewatch.adapters.elastic.setup import ElasticSetup
from wirewatch.bootstrap.access import elastic_access
from wirewatch.core.errors import Refused, SettingsError, Unavailable
from wirewatch.settings import Settings

URL = "http://localhost:9200"
TLS = "https://localhost:9200"


def settings(*urls: str, **more: object) -> Settings:
    return Settings.model_validate({"elasticsearch_urls": urls or (URL,), **more})


@pytest.mark.parametrize(
    "url", ["localhost:9200", "http://localhost", "http://localhost:port", "http://localhost:99999", "ftp://localhost:1"]
)
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^elasticsearch_urls: .*write http\(s\)://host:port$"):
        connect(elastic_access(settings(url)))


def test_no_url() -> None:
    with pytest.raises(SettingsError, match="elasticsearch_urls is not set"):
        connect(elastic_access(Settings()))


def test_a_user_without_a_password_file() -> None:
    with pytest.raises(SettingsError, match="elasticsearch_password_file is not set; name the file that holds the password of 'wire'"):
        connect(elastic_access(settings(elasticsearch_user="wire")))


@pytest.mark.parametrize("name", ["elasticsearch_password_file", "elasticsearch_api_key_file"])
def test_a_secret_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "latin").write_bytes(b"\xff\xfe\xfa")
    for file, reason in (("missing", "No such file"), ("", "Is a directory"), ("latin", "not UTF-8"), ("empty", "is empty")):
        with pytest.raises(SettingsError, match=rf"^{name}: .*{reason}"):
            connect(elastic_access(settings(elasticsearch_user="wire", **{name: tmp_path / file})))


def test_a_password_file_of_somebody_else(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    file = tmp_path / "closed"
    file.write_text("word")
    file.chmod(0)
    request.getfixturevalue("unprivileged")
    with pytest.raises(SettingsError, match=r"elasticsearch_password_file: .*Permission denied"):
        connect(elastic_access(settings(elasticsearch_user="wire", elasticsearch_password_file=file)))


def test_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate\n")
    for file in ("missing.pem", "ca.pem"):
        with pytest.raises(SettingsError, match=r"^elasticsearch_ca_file: .*can't be read as certificates in PEM"):
            connect(elastic_access(settings(TLS, elasticsearch_ca_file=tmp_path / file)))


@pytest.mark.parametrize(
    ("name", "secret", "header"),
    [
        ("elasticsearch_password_file", " söme word ", "Basic d2lyZTogc8O2bWUgd29yZCA="),
        ("elasticsearch_api_key_file", "a2V5", "ApiKey a2V5"),
    ],
)
def test_a_login_is_sent_without_its_lines_end(tmp_path: Path, name: str, secret: str, header: str) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{secret}\r\n", "utf-8", newline="")
    with es.scripted([es.answer({})]) as server:
        with connect(elastic_access(settings(server.url, elasticsearch_user="wire", **{name: file}))) as client:
            client.info()
        assert server.requests[0].headers["authorization"] == header


def test_a_node_that_is_away_is_left_out() -> None:
    with es.scripted([], always=es.CLOSED) as away, es.scripted([], always=es.answer({})) as there:
        with connect(elastic_access(settings(away.url, there.url))) as client:
            for _ in range(6):
                client.info()
        assert len(there.requests) == 6


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        (es.error(401, "security_exception"), Refused, "refuses the login"),
        (es.error(403, "security_exception"), Refused, "docs/operations/elasticsearch.md"),
        (es.error(403, "cluster_block_exception"), Unavailable, "403 (cluster_block_exception)"),
        (es.error(503, "search_phase_execution_exception"), Unavailable, "503 (search_phase_execution_exception)"),
        (es.error(400, "parsing_exception"), Refused, "400 (parsing_exception)"),
        (es.CLOSED, Unavailable, "start it, or correct elasticsearch_urls"),
        (es.Answer(b"{"), Unavailable, "can't be read"),
        (es.Answer(headers={"Content-Type": "application/json"}), Refused, "not Elasticsearch"),
    ],
)
def test_faults_say_what_to_do(fault: es.Answer, kind: type[Exception], reason: str) -> None:
    with (
        es.scripted([fault]) as server,
        connect(elastic_access(settings(server.url))) as client,
        pytest.raises(kind) as caught,
        faults("look"),
    ):
        client.info()
    assert str(caught.value).startswith("look: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize("release", ["8.19.0", "10.0.0"])
def test_a_server_of_another_major_release(release: str) -> None:
    with (
        es.scripted([], always=es.answer({"version": {"number": release}})) as server,
        connect(elastic_access(settings(server.url))) as client,
    ):
        setup = ElasticSetup(client, prefix="", shards=1, replicas=0)
        for ask in (setup.check, setup.install):
            with pytest.raises(Refused, match=f"Elasticsearch is {release}, .* needs 9.x"):
                ask()
    assert {request.method for request in server.requests} == {"GET"}
