"""A remote method as a value: its name, and how its parameters and its result look on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar, cast, runtime_checkable


class ToWire(Protocol):
    """Parameters that can be sent."""

    def to_wire(self) -> dict[str, Any]:
        """The JSON object to send."""
        ...


@runtime_checkable
class FromWire(Protocol):
    """A result that can be received."""

    @classmethod
    def from_wire(cls, data: Any, /) -> Self:
        """The value of what came in; a `ValueError` when it does not fit."""
        ...


P = TypeVar("P", bound=ToWire | None)
R = TypeVar("R")


@dataclass(frozen=True)
class Method(Generic[P, R]):
    """A method of the runtime.

    Args:
        name: `session.send`, as on the wire.
        params: Class of the parameters; `type(None)` for a method without any.
        result: Class of the result: one with `from_wire`, or a JSON type such as `str`;
            None when the result says nothing.
        timeout: Seconds that an answer may take; None for methods that wait for work.
    """

    name: str
    params: type[P]
    result: type[R] | None = None
    timeout: float | None = 30.0

    def to_wire(self, params: P) -> dict[str, Any]:
        """The parameters as a JSON object."""
        return {} if params is None else params.to_wire()

    def from_wire(self, value: Any) -> R:
        """The result as a value of its class.

        Raises:
            ValueError: It does not fit the class.
        """
        if self.result is None:
            return cast("R", None)
        if isinstance(self.result, FromWire):
            return cast("R", self.result.from_wire(value))
        if not isinstance(value, self.result):
            raise ValueError(f"{value!r:.80} is not {self.result.__name__}")  # noqa: TRY004 - as pydantic
        return value
