"""The types of `session.rpc` name methods and parameters that the installed runtime has."""

from __future__ import annotations

import ast
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic.alias_generators import to_camel

from copilot_nb.protocol import methods
from copilot_nb.protocol.events import EVENT_TYPES
from copilot_nb.rpc.method import Method
from copilot_nb.session import rpc_path

if TYPE_CHECKING:
    from collections.abc import Iterator

STUB = Path(rpc_path.__file__).with_suffix(".pyi")
OLDER = {"session.create", "session.resume", "connect", "ping", "status.get", "auth.getStatus"}
"""Methods that the runtime answers and its schemas leave out, or describe elsewhere."""


@pytest.fixture(scope="module")
def schemas(cli_path: Path) -> Path:
    """Where the runtime has unpacked its schemas; read there, never copied."""
    version = subprocess.run(
        [cli_path, "--version"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    found = sorted((Path.home() / ".cache" / "copilot" / "pkg").glob("*/*/schemas"))
    found = [place for place in found if place.parent.name in version]
    if not found:
        pytest.skip("this runtime has not unpacked its schemas")
    return found[-1]


@pytest.fixture(scope="module")
def described(schemas: Path) -> dict[str, set[str] | None]:
    """Every method of the schemas with its parameters; None where any are taken."""
    root = json.loads((schemas / "api.schema.json").read_text(encoding="utf-8"))
    found: dict[str, set[str] | None] = {}
    for part in (root["server"], root["session"]):
        for method in _methods(part):
            params = _resolved(method.get("params") or {}, root["definitions"])
            named = params.get("properties")
            found[method["rpcMethod"]] = None if named is None else set(named)
    return found


def _methods(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if "rpcMethod" in part:
            yield part
        else:
            for inner in part.values():
                yield from _methods(inner)


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    return schema


def stubbed() -> dict[str, set[str]]:
    """Every method of the stub with its parameters, by their wire names."""
    classes = {
        node.name: node
        for node in ast.parse(STUB.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    found: dict[str, set[str]] = {}

    def walk(name: str, prefix: str) -> None:
        for node in classes[name].body:
            if isinstance(node, ast.AsyncFunctionDef):
                found[prefix + to_camel(node.name)] = {
                    to_camel(argument.arg) for argument in node.args.kwonlyargs
                }
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                walk(ast.unparse(node.annotation), f"{prefix}{to_camel(node.target.id)}.")

    walk("SessionRpc", "session.")
    walk("ClientRpc", "")
    return found


def test_stub_names_only_what_there_is(described: dict[str, set[str] | None]) -> None:
    """A method or parameter that the runtime does not have would be a trap."""
    wrong = {
        f"{method}({', '.join(sorted(extra))})"
        for method, params in stubbed().items()
        if method not in described
        or (extra := params - (described[method] or params | {"sessionId"}))
    }

    assert len(stubbed()) > 90
    assert wrong == set()


def test_modelled_methods_exist(described: dict[str, set[str] | None]) -> None:
    """What `protocol/methods.py` calls."""
    ours = {value.name for value in vars(methods).values() if isinstance(value, Method)}

    missing = {name for name in ours - OLDER if name not in described}

    assert missing <= NOT_DESCRIBED


NOT_DESCRIBED = {
    "session.delete",
    "session.destroy",
    "session.detach",
    "session.getForeground",
    "session.getLastId",
    "session.getMessages",
    "session.getMetadata",
    "session.list",
    "session.setForeground",
}
"""Methods that were measured on the wire; the schemas do not describe them."""


def test_event_fields_exist(schemas: Path) -> None:
    """Each field that we declare is one of the runtime's; each type is one of its types."""
    root = json.loads((schemas / "session-events.schema.json").read_text(encoding="utf-8"))
    definitions = root["definitions"]
    wrong: set[str] = set()
    known: set[str] = set()
    for variant in _resolved(root, definitions)["anyOf"]:
        properties = _resolved(variant, definitions)["properties"]
        kind = _resolved(properties["type"], definitions).get("const", "")
        known.add(kind)
        data = _resolved(properties["data"], definitions).get("properties", {})
        if kind in EVENT_TYPES:
            ours = {field.alias or name for name, field in EVENT_TYPES[kind].model_fields.items()}
            wrong |= {f"{kind}.{name}" for name in ours - set(data)}

    assert wrong <= MEASURED_FIELDS
    assert {kind for kind in EVENT_TYPES if not kind.startswith("local.")} <= known


MEASURED_FIELDS = {"exit_plan_mode.requested.toolCallId", "system.message.role"}
"""Fields seen on the wire that the schemas do not describe."""
