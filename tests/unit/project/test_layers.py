"""The rules of ARCHITECTURE.md that keep the core pure and each technology in one place."""

import ast
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import wirewatch

PACKAGE = Path(wirewatch.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
CORE = sorted((PACKAGE / "core").rglob("*.py"))
# Libraries that are not one adapter's secret, and the modules or packages that may import them.
SHARED = {
    "msgspec": ("",),  # the contracts' own library
    "typer": ("cli/",),
    "rich": ("cli/",),
    "structlog": ("logs.py", "runtime/", "adapters/kafka/faust_worker.py"),
    "pydantic": ("settings.py",),
    # metrics.py declares, status_http serves, bootstrap makes the registry.
    "prometheus_client": ("metrics.py", "adapters/status_http.py", "bootstrap/"),
}
# What a room may import of its own layer besides itself.
CORE_ROOMS = {
    "alerts": {"search"},  # a watch is a query
    "feeds": {"ingest"},
}
CORE_COMMON = {"article", "outcome", "errors", "text"}
ADAPTER_ROOMS = {"kafka": {"files"}, "memory": {"kafka.catalogue"}}
LAYERS = {
    "core": {"core"},
    "ports": {"core", "ports"},
    "adapters": {"core", "ports", "adapters"},
    "runtime": {"core", "ports", "runtime"},
    "workers": {"core", "ports", "runtime", "workers"},
    "jobs": {"core", "ports", "runtime", "jobs"},
}
MAX_FILE_LINES, MAX_CLASS_LINES, MAX_METHODS = 300, 150, 15


def name_of(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


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


@pytest.mark.parametrize("module", CORE, ids=name_of)
def test_core_imports_the_standard_library_msgspec_and_itself(module: Path) -> None:
    assert third_party(module) <= {"msgspec"}
    assert all(name == "wirewatch" or name.startswith("wirewatch.core") for name in imports(module) if name.startswith("wirewatch"))


@pytest.mark.parametrize("module", CORE, ids=name_of)
def test_core_has_no_clock_environment_files_or_network(module: Path) -> None:
    forbidden = {"os", "time", "random", "socket", "subprocess", "threading", "asyncio", "urllib.request", "pathlib", "sqlite3", "logging"}
    assert not forbidden & set(imports(module))
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not calls & {"now", "utcnow", "today"}


def test_core_is_found_at_every_depth() -> None:
    assert {module.relative_to(PACKAGE).parts[0] for module in CORE} == {"core"}
    assert len(CORE) == sum(name.endswith(".py") for _, _, names in os.walk(PACKAGE / "core") for name in names)


@pytest.mark.parametrize(("library", "users"), SHARED.items(), ids=list(SHARED))
def test_shared_libraries_are_imported_by_a_closed_list(library: str, users: tuple[str, ...]) -> None:
    found = {name_of(module) for module in MODULES if library in third_party(module)}
    assert found
    assert not {name for name in found if not name.startswith(users)}
    assert all(any(name.startswith(user) for name in found) for user in users), "the list names more than there is"


def test_each_technology_is_imported_by_one_adapter() -> None:
    """One module, or the modules of one package."""
    users = defaultdict(set)
    for module in MODULES:
        for name in third_party(module) - set(SHARED) | ({"sqlite3"} & set(imports(module))):
            users[name].add(name_of(module))
    assert users, "no adapter imports anything: the test looks in the wrong place"
    assert "sqlite3" in users
    for name, modules in users.items():
        assert len({module.rpartition("/")[0] if module.count("/") > 1 else module for module in modules}) == 1, (
            f"{name}: {sorted(modules)}"
        )
        assert all(module.startswith("adapters/") for module in modules), f"{name} is imported outside adapters"


def own(module: Path) -> set[str]:
    """What a module imports of ours, from the package's root: core.text.spans."""
    names = {name.removeprefix("wirewatch.") for name in imports(module) if name.startswith("wirewatch.")}
    return {name for name in names if (PACKAGE / name.replace(".", "/")).with_suffix(".py").exists()}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_layers(module: Path) -> None:
    layer, _, rest = name_of(module).partition("/")
    room = rest.partition("/")[0]
    used = own(module)
    layers = {name.partition(".")[0] for name in used}
    if allowed := LAYERS.get(layer):
        assert layers - {"metrics"} <= allowed if layer in {"runtime", "workers", "jobs"} else layers <= allowed
    elif layer not in {"bootstrap", "cli", "web"}:
        assert not layers & {"adapters", "runtime", "workers", "jobs", "bootstrap", "cli", "web"}
    else:
        assert layer == "bootstrap" or not layers & ({"web", "cli"} - {layer})
    if "settings" in used:
        assert layer in {"bootstrap", "cli", "web", "logs.py"}
    if layer == "core" and room != rest:
        others = {name.split(".")[1] for name in used} - {room} - CORE_COMMON - CORE_ROOMS.get(room, set())
        assert not others, f"{name_of(module)} imports {others}"
    if layer == "adapters" and room != rest:
        others = {name.removeprefix("adapters.") for name in used if name.startswith("adapters.")}
        others = {name for name in others if name.partition(".")[0] != room}
        assert all(name.startswith(tuple(ADAPTER_ROOMS.get(room, ()))) for name in others), f"{name_of(module)} imports {others}"


def test_files_stay_short() -> None:
    assert not {name_of(module): lines for module in MODULES if (lines := len(module.read_text("utf-8").splitlines())) > MAX_FILE_LINES}


def test_classes_stay_small() -> None:
    large = {
        node.name
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        and (
            (node.end_lineno or 0) - node.lineno + 1 > MAX_CLASS_LINES
            or sum(isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) for item in node.body) > MAX_METHODS
        )
    }
    assert not large
