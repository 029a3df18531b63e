"""A real Elasticsearch for tests and measurements: one node of its own, from Maven Central's distribution, without Docker.

``ElasticsearchServer`` is started, stopped, killed and started again on the same port and data. Nothing here needs pytest but
``unavailable``.
"""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import urllib.error
import urllib.request
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.engines import CACHE, ServerProcess, free_port, java_home, maven_file, unavailable

VERSION = "9.5.3"
ADDRESS_VARIABLE = "WIREWATCH_TEST_ELASTICSEARCH"
PLUGIN = Path(__file__).parent / "elasticsearch_plugin"
_JAVA = 21
_MODULES = ("jdk.compiler", "jdk.incubator.vector")
_NOBODY = 65_534
# A single small node that starts fast; a measurement passes others.
JVM = ("-Xms512m", "-Xmx512m", "-XX:TieredStopAtLevel=1")
_DESCRIPTOR = f"""\
name=wirewatch-analysis
description=Analysis for tests
version={VERSION}
elasticsearch.version={VERSION}
java.version={_JAVA}
classname=wirewatch.AnalysisForTests
"""


@cache
def elasticsearch_home() -> Path:
    """The folder of the distribution, fetched and unpacked once into the repository's cache; skips the test where it can't be had.

    A build with few modules; what stands in for them, and what it can't show: elasticsearch_plugin/README.md.
    """
    home = _unpacked()
    _install_plugin(home)
    return home


def _unpacked() -> Path:
    folder = CACHE / f"elasticsearch-{VERSION}"
    home = folder / "home"
    if home.exists():
        return home
    archive = maven_file(f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip", folder)
    unpacked = folder / f"unpacked.{os.getpid()}"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(unpacked)
    for path in (unpacked / archive.stem).rglob("*"):
        # The archive's own modes are not kept, and the server's user is another one.
        path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    try:
        (unpacked / archive.stem).rename(home)
    except OSError:  # another run was faster
        pass
    finally:
        shutil.rmtree(unpacked)
    return home


def _install_plugin(home: Path) -> None:
    """Compile elasticsearch_plugin/ against the server's own jars, unless these very sources were."""
    sources = sorted(PLUGIN.glob("*.java"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    folder = home / "plugins" / "wirewatch-analysis"
    if (folder / f"{digest}.jar").exists():
        return
    built = home.parent / f"plugin.{os.getpid()}"
    classes = built / "classes"
    classes.mkdir(parents=True)
    try:
        javac = java_home(_JAVA, _MODULES) / "bin" / "javac"
        options = ("--release", str(_JAVA), "-Xlint:all", "-Werror", "-cp", f"{home / 'lib'}/*", "-d", classes)
        done = subprocess.run([javac, *options, *sources], check=False, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"the analysis plugin can't be compiled:\n{(done.stdout + done.stderr).decode(errors='replace')}")
        finished = built / "finished"
        finished.mkdir()
        with zipfile.ZipFile(finished / f"{digest}.jar", "w") as jar:
            for path in sorted(classes.rglob("*.class")):
                jar.write(path, path.relative_to(classes))
        (finished / "plugin-descriptor.properties").write_text(_DESCRIPTOR)
        for path in (finished, *finished.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
        if folder.exists():
            shutil.rmtree(folder)
        try:
            finished.rename(folder)
        except OSError:  # another run was faster
            if not (folder / f"{digest}.jar").exists():
                raise
    finally:
        shutil.rmtree(built)


def elasticsearch_address() -> str:
    """The address of a server that is there already, ``http://host:port``; empty if the environment names none."""
    return os.environ.get(ADDRESS_VARIABLE, "").rstrip("/")


class ElasticsearchServer(ServerProcess):
    """One node with its data in ``folder``. ``url`` stays the same over restarts.

    Elasticsearch refuses to run as root: started by root, it runs as nobody, who is given the folder and must be able to reach it, as
    one of ``tempfile.mkdtemp``; pytest's own folders are closed to nobody.
    """

    title = "Elasticsearch"
    start_seconds = 180
    stop_seconds = 60

    def __init__(self, folder: Path, *, jvm: Sequence[str] = JVM, settings: Mapping[str, object] | None = None) -> None:
        super().__init__(folder, "elasticsearch.log")
        self._jvm = jvm
        self._own = dict(settings or {})
        self._port = 0
        self.cluster_name = f"test-{uuid.uuid4().hex}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """The node's process, a child of the one that launches it."""
        assert self._process, "the server was not started"
        return int(self._pid_file.read_text())

    def start(self) -> None:
        """Start it, the first time on empty storage, and wait until it answers."""
        home, java = elasticsearch_home(), java_home(_JAVA, _MODULES)
        root = os.geteuid() == 0
        if root and (closed := [str(folder) for folder in home.parents if not folder.stat().st_mode & stat.S_IXOTH]):
            unavailable(f"Elasticsearch does not run as root, and {closed[0]} is closed to other users")
        if not self._port:
            self._prepare(home)
        environment = os.environ | {
            "ES_JAVA_HOME": str(java),
            "ES_JAVA_OPTS": " ".join(self._jvm),
            "ES_PATH_CONF": str(self._folder / "config"),
            "ES_TMPDIR": str(self._folder / "tmp"),
            "HOME": str(self._folder),
        }
        self._launch(
            [home / "bin" / "elasticsearch", "--pidfile", self._pid_file],
            cwd=self._folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            user=_NOBODY if root else None,
            group=_NOBODY if root else None,
            extra_groups=[] if root else None,
        )

    @property
    def _pid_file(self) -> Path:
        return self._folder / "tmp" / "pid"

    def answers(self) -> bool:
        found = cluster_name(self.url)
        if found and found != self.cluster_name:
            raise RuntimeError(f"another server answers on {self.url}: cluster {found}, not {self.cluster_name}")
        return bool(found)

    def _prepare(self, home: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(home / "config", self._folder / "config")
        for name in ("data", "logs", "tmp"):
            (self._folder / name).mkdir()
        self._port = free_port()
        settings = {
            "cluster.name": self.cluster_name,
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.port": self._port,
            "transport.port": free_port(),
            "path.data": str(self._folder / "data"),
            "path.logs": str(self._folder / "logs"),
            "xpack.security.enabled": False,
            "cluster.routing.allocation.disk.threshold_enabled": False,
            "action.destructive_requires_name": False,
            **self._own,
        }
        # JSON is YAML.
        (self._folder / "config" / "elasticsearch.yml").write_text(json.dumps(settings, indent=1))
        self._give_away(self._folder)

    def _give_away(self, folder: Path) -> None:
        """Let the server's user have what root has made."""
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, _NOBODY, _NOBODY)


def ask(url: str, path: str, body: object = None, *, method: str = "GET", seconds: float = 30.0) -> Any:
    """What a server answers, read as JSON. Raises OSError if nobody does, or if the answer is an error."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}{path}", data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise OSError(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}") from None


def cluster_name(url: str, seconds: float = 5.0) -> str:
    """The name of the cluster that answers there and has found its data; empty if none does."""
    try:
        return str(ask(url, "/_cluster/health?wait_for_status=yellow&timeout=2s", seconds=seconds)["cluster_name"])
    except (OSError, ValueError):
        return ""


def delete_indices(url: str, prefix: str) -> None:
    """Delete what begins with ``prefix``, by name: wildcards may be forbidden there."""
    for found in ask(url, f"/_cat/indices/{prefix}*?h=index&format=json&expand_wildcards=all"):
        ask(url, f"/{found['index']}", method="DELETE")
