"""The rules of ARCHITECTURE.md that keep the core pure and each technology in one place."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import wirewatch

PACKAGE = Path(wirewatch.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
# A technology that is not one adapter's secret, and who may import it.
SHARED = {
    "msgspec": "anywhere",  # the contracts' own library
    "typer": "cli",
    "rich": "terminal and cli",
    "structlog": "logs.py",
    "pydantic": "settings.py",
    "prometheus_client": "metrics.py declares, status_http serves, bootstrap makes the registry",
}


def imports(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def third_party(module: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(module)} - sys.stdlib_module_names - {"wirewatch", "_typeshed"}


@pytest.mark.parametrize("module", sorted((PACKAGE / "core").glob("*.py")), ids=lambda path: path.name)
def test_core_imports_the_standard_library_msgspec_and_itself(module: Path) -> None:
    assert third_party(module) <= {"msgspec"}
    assert all(name == "wirewatch" or name.startswith("wirewatch.core") for name in imports(module) if name.startswith("wirewatch"))


@pytest.mark.parametrize("module", sorted((PACKAGE / "core").glob("*.py")), ids=lambda path: path.name)
def test_core_has_no_clock_environment_files_or_network(module: Path) -> None:
    forbidden = {"os", "time", "random", "socket", "subprocess", "threading", "asyncio", "urllib.request", "pathlib", "sqlite3", "logging"}
    assert not forbidden & set(imports(module))
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not calls & {"now", "utcnow", "today"}


def test_each_technology_is_imported_by_one_adapter() -> None:
    """One module, or several whose names begin with the same word: kafka_admin, kafka_send."""
    users = defaultdict(set)
    for module in MODULES:
        for name in third_party(module) - set(SHARED):
            users[name].add(module.relative_to(PACKAGE).as_posix())
    assert users, "no adapter imports anything: the test looks in the wrong place"
    for name, modules in users.items():
        assert len({module.partition("_")[0].removesuffix(".py") for module in modules}) == 1, f"{name} is imported by {sorted(modules)}"
        assert all(module.startswith("adapters/") for module in modules), f"{name} is imported outside adapters"


def test_sqlite_is_known_to_its_own_adapter_only() -> None:
    users = {module.relative_to(PACKAGE).as_posix() for module in MODULES if "sqlite3" in set(imports(module))}
    assert users
    assert all(user.startswith("adapters/sqlite") for user in users)


def test_only_bootstrap_connects_adapters_with_workers() -> None:
    for module in MODULES:
        name = module.relative_to(PACKAGE).as_posix()
        used = {name for name in imports(module) if name.startswith("wirewatch.adapters")}
        if name.startswith("workers/"):
            assert not used, f"{name} imports an adapter"
        elif name.startswith("adapters/"):
            assert not any(other.startswith(("wirewatch.workers", "wirewatch.cli", "wirewatch.bootstrap")) for other in imports(module))


def test_files_stay_short() -> None:
    long = {module.name: lines for module in MODULES if (lines := len(module.read_text("utf-8").splitlines())) > 300}
    assert not long
