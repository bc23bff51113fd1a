"""Runs a piece of code in the user's namespace as if it had been typed into a cell.

Magics, `!commands` and top-level `await` work. Nothing is written into IPython's history, In or
Out; `_` stays what it was; a `__future__` import counts for this piece only.
"""

from __future__ import annotations

import ast
import inspect
import linecache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import CodeType

_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


async def execute(
    shell: Any, code: str, filename: str, namespace: dict[str, Any] | None = None
) -> object:
    """Run the code and return its last expression's value; None when a `;` ends it.

    Args:
        shell: The InteractiveShell.
        code: What to run.
        filename: How tracebacks name it; its lines are found there from now on.
        namespace: Where it runs; the user's own when not given.
    """
    source = shell.transform_cell(code)
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    flags = shell.compile.flags
    tree = compile(source, filename, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    body, last = _split(shell.transform_ast(tree), source)
    with shell.builtin_trap:
        names = (shell.user_global_ns, shell.user_ns) if namespace is None else (namespace,) * 2
        flags |= _AWAIT
        await _run(compile(body, filename, "exec", flags, dont_inherit=True), names)
        if last is None:
            return None
        return await _run(compile(last, filename, "eval", flags, dont_inherit=True), names)


async def _run(code: CodeType, names: tuple[dict[str, Any], dict[str, Any]]) -> object:
    # The code is the agent's, and somebody allowed it.
    value = eval(code, *names)  # noqa: S307 - see above
    if code.co_flags & inspect.CO_COROUTINE:
        return await value
    return value


def _split(tree: ast.Module, source: str) -> tuple[ast.Module, ast.Expression | None]:
    """Statements, and the last expression if its value is to be shown."""
    if not tree.body or not isinstance(tree.body[-1], ast.Expr) or _silenced(tree.body[-1], source):
        return tree, None
    *body, last = tree.body
    assert isinstance(last, ast.Expr)  # noqa: S101 - narrows the type; checked above
    return (
        ast.Module(body=body, type_ignores=[]),
        ast.Expression(body=last.value),
    )


def _silenced(node: ast.Expr, source: str) -> bool:
    lines = source.splitlines()
    at = (node.end_lineno or 1) - 1
    rest = lines[at].encode()[node.end_col_offset :] if at < len(lines) else b""
    return rest.lstrip().startswith(b";")
