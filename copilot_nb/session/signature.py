"""A typed function as a tool: its signature is the schema, its docstring the description."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from copilot_nb.errors import ConfigError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Signature:
    """What the model may pass, and what is handed in by us."""

    arguments: type[BaseModel]
    schema: dict[str, Any]
    injected: dict[str, type]
    """Parameter name to the type that was asked for."""

    def parse(self, arguments: Any) -> dict[str, Any]:
        """The model's arguments as values of the annotated types.

        Raises:
            ToolError: They do not fit; the message tells the model which and why.
        """
        try:
            parsed = self.arguments.model_validate({} if arguments is None else arguments)
        except ValidationError as error:
            raise ToolError("Invalid arguments: " + _problems(error)) from error
        return {name: getattr(parsed, name) for name in type(parsed).model_fields}


def read_signature(function: Callable[..., Any], injected: Iterable[type] = ()) -> Signature:
    """Read a function's parameters.

    Args:
        function: The tool.
        injected: Types that we hand in: parameters annotated with them are hidden from the model.

    Raises:
        ConfigError: A parameter has no usable annotation, or is `*args` or `**kwargs`.
    """
    kinds = tuple(injected)
    words = _parameter_words(inspect.getdoc(function) or "")
    fields: dict[str, Any] = {}
    handed_in: dict[str, type] = {}
    for parameter in inspect.signature(function).parameters.values():
        annotation = _annotation(function, parameter, kinds)
        if isinstance(annotation, type) and annotation in kinds:
            handed_in[parameter.name] = annotation
        else:
            fields[parameter.name] = (annotation, _field(parameter, annotation, words))
    model: type[BaseModel] = create_model(
        "Arguments", __config__=ConfigDict(extra="forbid", arbitrary_types_allowed=False), **fields
    )
    return Signature(model, _schema(model), handed_in)


def description(function: Callable[..., Any]) -> str:
    """The docstring up to its `Args:` section."""
    text = inspect.getdoc(function) or ""
    return re.split(
        r"^(?:Args|Arguments|Parameters|Returns|Raises|Yields|Examples?):?\s*$",
        text,
        maxsplit=1,
        flags=re.MULTILINE,
    )[0].strip()


def _annotation(
    function: Callable[..., Any], parameter: inspect.Parameter, injected: tuple[type, ...]
) -> Any:
    if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
        raise ConfigError(f"Tool {function.__name__!r}: *args and **kwargs have no schema.")
    annotation = parameter.annotation
    if annotation is parameter.empty:
        return Any
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, _names(function, injected))  # noqa: S307 - the function's own annotation
    except Exception as error:
        raise ConfigError(
            f"Tool {function.__name__!r}: the annotation {annotation!r} of {parameter.name!r}"
            f" can not be resolved ({error})."
        ) from error


def _names(function: Callable[..., Any], injected: tuple[type, ...]) -> dict[str, Any]:
    inner = inspect.unwrap(function)
    names = {kind.__name__: kind for kind in injected} | getattr(inner, "__globals__", {})
    code, cells = getattr(inner, "__code__", None), getattr(inner, "__closure__", None)
    if code is not None and cells:
        names |= dict(zip(code.co_freevars, (cell.cell_contents for cell in cells), strict=True))
    return names


def _field(parameter: inspect.Parameter, annotation: Any, words: Mapping[str, str]) -> Any:
    extra = [m for m in getattr(annotation, "__metadata__", ()) if isinstance(m, FieldInfo)]
    default = ... if parameter.default is parameter.empty else parameter.default
    described = any(field.description for field in extra)
    return Field(default, description=None if described else words.get(parameter.name))


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    schema.pop("title", None)
    schema.pop("additionalProperties", None)
    for properties in schema.get("properties", {}).values():
        properties.pop("title", None)
    return schema


def _parameter_words(doc: str) -> dict[str, str]:
    section = re.search(r"^(?:Args|Arguments):\s*\n(.*?)(?=^\S|\Z)", doc, re.MULTILINE | re.DOTALL)
    words: dict[str, str] = {}
    if section is None:
        return words
    lines = inspect.cleandoc(section[1]).splitlines()
    name = ""
    for line in lines:
        if match := re.match(r"\*{0,2}(\w+)(?:\s*\([^)]*\))?:\s*(.*)", line):
            name = match[1]
            words[name] = match[2]
        elif name and line.strip():
            words[name] = f"{words[name]} {line.strip()}".strip()
    return words


def _problems(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)
    )
