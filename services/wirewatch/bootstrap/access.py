"""From the settings, and the files that they name, to what a client of Kafka or Elasticsearch must know."""

import ssl
from pathlib import Path

from wirewatch.adapters.elastic.client import ElasticAccess
from wirewatch.adapters.kafka.access import KafkaAccess, Login
from wirewatch.core.errors import SettingsError
from wirewatch.settings import Settings


def kafka_access(settings: Settings) -> KafkaAccess:
    """How to reach Kafka. Raises SettingsError."""
    if not settings.kafka_servers:
        raise SettingsError("kafka_servers is not set; name Kafka's servers, such as WIREWATCH_KAFKA_SERVERS=localhost:9092")
    tls = _certificates("kafka_ca_file", settings.kafka_ca_file) if settings.kafka_security.endswith("ssl") else None
    return KafkaAccess(settings.kafka_servers, tls, _login(settings) if settings.kafka_security.startswith("sasl") else None)


def _login(settings: Settings) -> Login:
    if not settings.kafka_user:
        raise SettingsError(f"kafka_user is not set, and kafka_security {settings.kafka_security} asks for one")
    password = _password("kafka_password_file", settings.kafka_password_file, settings.kafka_user)
    return Login(settings.kafka_sasl_mechanism, settings.kafka_user, password)


def elastic_access(settings: Settings) -> ElasticAccess:
    """How to reach Elasticsearch. Raises SettingsError."""
    if not settings.elasticsearch_urls:
        raise SettingsError("elasticsearch_urls is not set; name the server, such as WIREWATCH_ELASTICSEARCH_URLS=http://localhost:9200")
    key, user, ca_file = settings.elasticsearch_api_key_file, settings.elasticsearch_user, settings.elasticsearch_ca_file
    with_password = user and not key
    return ElasticAccess(
        urls=settings.elasticsearch_urls,
        timeout_seconds=settings.elasticsearch_timeout_seconds,
        api_key=_secret("elasticsearch_api_key_file", key) if key else None,
        user=user,
        password=_password("elasticsearch_password_file", settings.elasticsearch_password_file, user) if with_password else "",
        tls=_certificates("elasticsearch_ca_file", ca_file) if ca_file else None,
    )


def _password(name: str, path: Path | None, user: str) -> str:
    if path is None:
        raise SettingsError(f"{name} is not set; name the file that holds the password of {user!r}")
    return _secret(name, path)


def _secret(name: str, path: Path) -> str:
    try:
        secret = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SettingsError(f"{name}: {path} can't be read ({reason}); correct the path or its permissions") from error
    if not secret:
        raise SettingsError(f"{name}: {path} is empty; write the secret into it")
    return secret


def _certificates(name: str, path: Path | None) -> ssl.SSLContext:
    """Those to trust a server by: the system's where no file is named."""
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"{name}: {path} can't be read as certificates in PEM ({error.strerror or error})") from error
