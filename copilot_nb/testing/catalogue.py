"""What a scripted account knows about itself: its models, its plan, what is left of its quota.

Pure values that turn into the JSON of GitHub's services as the runtime reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

PRICES = {"input_price": 300, "output_price": 1500, "cache_price": 30}
"""Per `BATCH` tokens."""
BATCH = 1_000_000
RESET = "2030-01-01"


@dataclass(frozen=True, kw_only=True)
class AccountModel:
    """One model of the catalogue. The runtime lists only those with capabilities and limits."""

    id: str
    name: str = ""
    multiplier: float = 1.0
    """Premium requests per request; 0 is included in the plan."""
    vision: bool = False
    efforts: tuple[str, ...] = ()
    """Reasoning efforts that it takes."""
    window: int = 128_000
    output: int = 16_384
    policy: Literal["enabled", "disabled", "unconfigured"] = "enabled"
    """Whether the account's organisation lets it be used."""
    category: str = "versatile"

    def to_wire(self) -> dict[str, Any]:
        """The entry as `GET /models` gives it."""
        supports: dict[str, Any] = {"streaming": True, "tool_calls": True}
        limits: dict[str, Any] = {
            "max_context_window_tokens": self.window,
            "max_prompt_tokens": self.window - self.output,
            "max_output_tokens": self.output,
        }
        if self.vision:
            supports["vision"] = True
            limits["vision"] = {"supported_media_types": ["image/png"], "max_prompt_images": 5}
        if self.efforts:
            supports["reasoning_effort"] = list(self.efforts)
        return {
            "id": self.id,
            "name": self.name or self.id,
            "object": "model",
            "vendor": "Scripted",
            "version": self.id,
            "preview": False,
            "model_picker_enabled": True,
            "model_picker_category": self.category,
            "supported_endpoints": ["/chat/completions"],
            "policy": {"state": self.policy, "terms": f"Terms of {self.id}"},
            "billing": {
                "is_premium": self.multiplier > 0,
                "multiplier": self.multiplier,
                "token_prices": {"batch_size": BATCH, "default": PRICES},
            },
            "capabilities": {
                "type": "chat",
                "family": self.id,
                "object": "model_capabilities",
                "tokenizer": "o200k_base",
                "supports": supports,
                "limits": limits,
            },
        }


@dataclass(frozen=True, kw_only=True)
class Quota:
    """What the plan gives of something, and what is left of it."""

    entitlement: int = 0
    remaining: float = 0
    unlimited: bool = False
    overage_permitted: bool = False
    """Whether more may be bought once it is gone."""

    def to_wire(self) -> dict[str, Any]:
        """The snapshot as the user's record holds it."""
        share = self.remaining / self.entitlement if self.entitlement else 1.0
        return {
            "entitlement": self.entitlement,
            "remaining": self.remaining,
            "quota_remaining": self.remaining,
            "percent_remaining": 100.0 if self.unlimited else round(100 * share, 1),
            "unlimited": self.unlimited,
            "overage_count": 0,
            "overage_permitted": self.overage_permitted,
            "timestamp_utc": f"{RESET}T00:00:00Z",
        }


@dataclass(frozen=True, kw_only=True)
class AccountUser:
    """Whose token it is."""

    login: str = "scripted-user"
    plan: str = "individual_pro"
    premium: Quota = field(default_factory=lambda: Quota(entitlement=300, remaining=210))
    seat: bool = True
    """Whether the account may use Copilot at all."""

    def to_wire(self, url: str) -> dict[str, Any]:
        """The user's record, with the services at that URL."""
        endless = Quota(unlimited=True).to_wire()
        return {
            "login": self.login,
            "access_type_sku": "plus_monthly_subscriber_quota" if self.seat else "no_access",
            "copilot_plan": self.plan,
            "chat_enabled": self.seat,
            "is_mcp_enabled": True,
            "can_signup_for_limited": not self.seat,
            "analytics_tracking_id": "scripted",
            "organization_login_list": [],
            "organization_list": [],
            "endpoints": {"api": url, "telemetry": f"{url}/telemetry", "proxy": url},
            "quota_reset_date": RESET,
            "quota_reset_date_utc": f"{RESET}T00:00:00.000Z",
            "quota_snapshots": {
                "chat": endless,
                "completions": endless,
                "premium_interactions": self.premium.to_wire(),
            },
        }


MODELS = (
    AccountModel(id="alpha", name="Alpha", vision=True),
    AccountModel(
        id="beta",
        name="Beta thinker",
        multiplier=3,
        efforts=("low", "medium", "high"),
        category="powerful",
    ),
    AccountModel(
        id="gamma", name="Gamma small", multiplier=0, window=32_000, output=4096, category="fast"
    ),
    AccountModel(id="delta", name="Delta", policy="disabled"),
)
"""The catalogue unless another one is given."""
