"""An Elasticsearch that asks for users and speaks TLS only: users, roles and certificates from files, made anew for each server."""

import base64
import hashlib
import json
import os
import secrets
import ssl
import subprocess
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch

from tests.support.elastic_engine import JVM, ElasticsearchServer

ADMIN = "admin"
_ROUNDS = 10_000


class SecuredElasticsearch(ElasticsearchServer):
    """``roles``: what each may do, in Elasticsearch's words; each role has a user of its name, beside ``ADMIN``, who may do everything."""

    def __init__(self, folder: Path, roles: Mapping[str, Any]) -> None:
        tls = {"enabled": True, "key": "server.key", "certificate": "server.pem"}
        settings = {"xpack.security.enabled": True} | {f"xpack.security.http.ssl.{name}": value for name, value in tls.items()}
        super().__init__(folder, jvm=JVM, settings=settings)
        self._config = folder / "config"
        self._roles = roles
        self.passwords = {name: secrets.token_urlsafe(12) for name in (ADMIN, *roles)}

    @property
    def url(self) -> str:
        return super().url.replace("http://", "https://")

    @property
    def ca(self) -> Path:
        return self._config / "ca.pem"

    def client(self, user: str = ADMIN) -> Elasticsearch:
        return Elasticsearch(self.url, basic_auth=(user, self.passwords[user]), ca_certs=str(self.ca), max_retries=0, request_timeout=30)

    def answers(self) -> bool:
        login = base64.b64encode(f"{ADMIN}:{self.passwords[ADMIN]}".encode()).decode()
        asked = urllib.request.Request(
            f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=2s", headers={"Authorization": f"Basic {login}"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=5, context=ssl.create_default_context(cafile=self.ca)) as answer:
                return bool(json.load(answer)["cluster_name"] == self.cluster_name)
        except OSError:
            return False

    def _prepare(self, home: Path) -> None:
        super()._prepare(home)
        self._certificates()
        # JSON is YAML; but Elasticsearch takes the file apart by its lines, a role beginning at each that is not indented.
        (self._config / "roles.yml").write_text("".join(f"{name}: {json.dumps(may)}\n" for name, may in self._roles.items()))
        (self._config / "users").write_text("".join(f"{name}:{_hashed(password)}\n" for name, password in self.passwords.items()))
        of_role = {"superuser": ADMIN} | {name: name for name in self._roles}
        (self._config / "users_roles").write_text("".join(f"{role}:{user}\n" for role, user in of_role.items()))
        self._give_away(self._config)

    def _certificates(self) -> None:
        (self._config / "names").write_text("subjectAltName=IP:127.0.0.1\n")
        self._openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj", "/CN=test CA")
        self._openssl("req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj", "/CN=test")
        self._openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out", "server.pem")

    def _openssl(self, arguments: str, last: str) -> None:
        subprocess.run(["openssl", *arguments.split(), last], cwd=self._config, check=True, capture_output=True)


def _hashed(password: str) -> str:
    """As Elasticsearch's file realm has it: PBKDF2 with HMAC-SHA512, 32 bytes of salt and 32 of key."""
    salt = os.urandom(32)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS, 32)
    return f"{{PBKDF2}}{_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"
