"""The base of everything that crosses the wire.

Snake case here, camel case there; unknown fields are kept, unset ones are not sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, PlainSerializer, SerializationInfo
from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    from collections.abc import Mapping


HIDDEN: Final = "**********"
"""What stands for a secret wherever it is not sent."""
_REVEAL: Final = {"reveal": True}


def _masked(value: Any, info: SerializationInfo) -> Any:
    if info.context is _REVEAL:
        return value
    return dict.fromkeys(value, HIDDEN) if isinstance(value, dict) else HIDDEN


Secret = Annotated[str, PlainSerializer(_masked)]
"""A key or token: only `to_wire` reveals it, no dump of the model does."""
Secrets = Annotated[dict[str, str], PlainSerializer(_masked)]
"""Names with values that may be keys, such as headers."""


class Wire(BaseModel):
    """A frozen value with camelCase names on the wire.

    Fields the runtime adds later are kept and readable by their wire name. Input values are
    never quoted in validation errors, because some of them are keys and tokens.
    """

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        extra="allow",
        hide_input_in_errors=True,
        protected_namespaces=(),
        defer_build=True,  # most types are never seen: half of the import would be their validators
    )

    def to_wire(self) -> dict[str, Any]:
        """The JSON object to send: camelCase, without what is unset or None, keys included."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, context=_REVEAL)

    @classmethod
    def from_wire(cls, raw: Mapping[str, Any]) -> Self:
        """The value of a received JSON object.

        Raises:
            pydantic.ValidationError: A declared field is missing or has another type.
        """
        return cls.model_validate(raw)


class Empty(Wire):
    """Parameters or a result without declared fields; what arrives is kept."""
