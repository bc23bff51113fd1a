"""What a cap says, and what model calls cost in its unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

Unit = Literal["credits", "tokens", "requests", "dollars"]
Scope = Literal["cell", "session", "day"]
SCOPES: tuple[Scope, ...] = ("cell", "session", "day")

DOLLARS_PER_CREDIT = 0.01
"""What GitHub charges for an AI credit."""
_MILLION = 1_000_000

_CAP = re.compile(r"(\$)?\s*(\d+(?:\.\d*)?|\.\d+)\s*([kKmM])?\s*([a-zA-Z$]*)")
_UNITS: Mapping[str, Unit] = {
    "": "credits",
    "credit": "credits",
    "credits": "credits",
    "token": "tokens",
    "tokens": "tokens",
    "request": "requests",
    "requests": "requests",
    "$": "dollars",
    "usd": "dollars",
    "dollar": "dollars",
    "dollars": "dollars",
}
WORDS: Mapping[Unit, str] = {
    "credits": "AI credits",
    "tokens": "tokens",
    "requests": "premium requests",
    "dollars": "dollars",
}
_LETTERS = {"k": 1_000, "m": _MILLION}


@dataclass(frozen=True, slots=True)
class Cap:
    """So much and no more."""

    amount: float
    unit: Unit

    def __str__(self) -> str:
        return measured(self.amount, self.unit)

    @classmethod
    def parse(cls, text: str, source: str) -> Cap:
        """The cap that a text means: 5, 5 credits, 200k tokens, 10 requests, $2.

        Args:
            text: What was typed or set.
            source: Where it stands.

        Raises:
            ConfigError: It means no cap.
        """
        found = _CAP.fullmatch(str(text).strip())
        unit = _UNITS.get("$" if found and found[1] else found[4].lower()) if found else None
        if found is None or unit is None or (found[1] and found[4]):
            raise ConfigError(
                f"{source} is {text!r}.",
                hint="It takes 5 (AI credits), 200k tokens, 10 requests, or $2.",
            )
        amount = float(found[2]) * _LETTERS.get((found[3] or "").lower(), 1)
        if amount <= 0:
            raise ConfigError(f"{source} is {text!r}.", hint="It takes more than nothing.")
        return cls(amount, unit)


def measured(amount: float, unit: Unit) -> str:
    """An amount with its unit: "5.2 AI credits", "$0.12", "200,000 tokens"."""
    if unit == "dollars":
        return f"${amount:,.2f}" if amount >= 1 or not amount else f"${amount:,.4f}".rstrip("0")
    number = f"{amount:,.0f}" if amount == round(amount) else f"{amount:,.4g}"
    words = WORDS[unit]
    return f"{number} {words[:-1] if amount == 1 else words}"


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per million tokens."""

    input: float
    output: float


@dataclass(frozen=True, slots=True)
class Prices:
    """What is known of prices: an AI credit's, and those of models of one's own providers."""

    models: Mapping[str, Price]
    credit: float = DOLLARS_PER_CREDIT

    @classmethod
    def parse(cls, text: str, source: str) -> Prices:
        """Prices out of a setting, such as "qwen3=0/0, gpt-x=1.25/10, credit=0.01".

        Raises:
            ConfigError: It does not say a price.
        """
        models: dict[str, Price] = {}
        credit = DOLLARS_PER_CREDIT
        for part in filter(None, (part.strip() for part in (text or "").split(","))):
            name, _, price = part.rpartition("=")
            try:
                numbers = [float(number) for number in price.split("/")]
            except ValueError:
                numbers = []
            match (name.strip(), numbers):
                case ("credit", [one]) if one >= 0:
                    credit = one
                case (str(model), [given, made]) if (
                    model not in {"", "credit"} and min(given, made) >= 0
                ):
                    models[model] = Price(given, made)
                case _:
                    raise ConfigError(
                        f"{source} says {part!r}.",
                        hint="It takes MODEL=IN/OUT in dollars per million tokens, with commas "
                        "between models, and credit=DOLLARS.",
                    )
        return cls(models, credit)

    def dollars(self, model: str, given: int, made: int, credits_: float | None) -> float | None:
        """What a model call cost; None when nobody knows.

        Args:
            model: Who answered.
            given: Tokens of its input.
            made: Tokens of its output.
            credits_: AI credits that it cost; None where they are not reported.
        """
        if credits_:
            return credits_ * self.credit
        price = self.models.get(model)
        if price is None:
            return credits_  # nothing, or nothing known
        return (given * price.input + made * price.output) / _MILLION
