"""Where the model's answers come from, and why there.

The first that applies: set by the user (line, `%config`, `COPILOT_NB_PROVIDER`), the runtime's own
`COPILOT_PROVIDER_*` variables, a Copilot account. The demo model is only used when somebody names
it. Keys are named by their environment variable and read when a session starts; they are never
kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from copilot_nb.errors import ConfigError
from copilot_nb.notebook.nearest import meant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.notebook.settings import Settings
    from copilot_nb.protocol.session import ProviderConfig

Kind = Literal["account", "demo", "openai", "azure", "anthropic", "ollama"]

TOKEN_VARIABLES = ("COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN")
"""Variables that may hold an account's token, in the runtime's order."""
BY_PROVIDER = "%copilot provider"
"""What set a provider, or a model with it."""
_PREFIX = "COPILOT_PROVIDER_"


@dataclass(frozen=True, slots=True)
class _Preset:
    """What a name stands for."""

    base_url: str = ""
    key_variable: str = ""


PRESETS: Mapping[Kind, _Preset] = {
    "account": _Preset(),
    "demo": _Preset(),
    "openai": _Preset("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "azure": _Preset("", "AZURE_OPENAI_API_KEY"),
    "anthropic": _Preset("https://api.anthropic.com", "ANTHROPIC_API_KEY"),
    "ollama": _Preset("http://127.0.0.1:11434/v1"),
}
"""The names that `%copilot provider` takes; a URL stands for an OpenAI-compatible server."""


@dataclass(frozen=True, slots=True)
class Source:
    """One place where a model answers."""

    kind: Kind
    reason: str
    """What chose it, in words."""
    base_url: str = ""
    model: str = ""
    key_variable: str = ""
    """Name of the environment variable with the key; empty when none is needed."""
    api_version: str = ""
    wire_api: str = ""
    key_file: str = ""
    """Path of a file with the key, in place of a variable."""
    stored: bool = False
    """Whether it is the login that the runtime keeps, whatever the environment holds."""

    def __str__(self) -> str:
        """As it is typed: a name, a URL, or both."""
        usual = PRESETS[self.kind].base_url
        if self.base_url == usual:
            return self.kind
        return self.base_url if self.kind == "openai" else f"{self.kind} {self.base_url}"

    @classmethod
    def of(cls, fields: Mapping[str, Any], reason: str) -> Source:
        """The source of these fields.

        Raises:
            ConfigError: They are of none.
        """
        texts = all(isinstance(value, str) for value in fields.values())
        if not texts or not fields.keys() <= {*_FIELDS} or fields.get("kind") not in PRESETS:
            raise ConfigError(
                "That is no provider.", hint="`%copilot provider … --save` writes one."
            )
        source = cls(reason=reason, **fields)
        return replace(source, base_url=checked_url(source.base_url)) if source.base_url else source

    def fields(self) -> dict[str, str]:
        """What a file keeps of it; a key is not among it."""
        found = {name: getattr(self, name) for name in _FIELDS}
        return {name: value for name, value in found.items() if value}

    @property
    def own(self) -> bool:
        """Whether it needs no Copilot account; the runtime is then started without network use."""
        return self.kind != "account"

    @property
    def place(self) -> str:
        """The source in a few words."""
        if self.kind in {"account", "demo"}:
            return {"account": "Copilot account", "demo": "demo model (offline)"}[self.kind]
        return f"{self.kind} at {self.base_url}"

    def check(self, environ: Mapping[str, str]) -> None:
        """See that nothing is missing to ask there.

        Raises:
            ConfigError: It has no URL, or its key is not set.
        """
        if self.own and self.kind != "demo" and not self.base_url:
            raise ConfigError(
                f"{self.kind} needs the URL of its server.",
                hint=f"Type it: `%copilot provider {self.kind} URL --model NAME`.",
            )
        self.key(environ)

    def key(self, environ: Mapping[str, str]) -> str | None:
        """The key, read from its variable now.

        Raises:
            ConfigError: The variable is named but empty, and the source is not on this host.
        """
        if self.key_file:
            return _read_key(self.key_file)
        if not self.key_variable:
            return None
        value = environ.get(self.key_variable, "").strip()
        if not value and not is_local(self.base_url):
            fill = f'Set it, such as os.environ["{self.key_variable}"] = getpass.getpass(); or '
            if self.kind == "account":
                raise ConfigError(
                    f"There is no token: {self.key_variable} is not set.",
                    hint=f"{fill}sign in with `%copilot login` alone.",
                )
            raise ConfigError(
                f"The {self.kind} provider needs a key, and {self.key_variable} is not set.",
                hint=f"{fill}let --ask-key ask for it, or name another variable with --key-env.",
            )
        return value or None

    def config(self, environ: Mapping[str, str]) -> ProviderConfig:
        """The provider as a session is told it.

        Raises:
            ConfigError: The URL or the key is missing.
        """
        from copilot_nb.protocol.session import ProviderConfig

        self.check(environ)
        wire = "openai" if self.kind in {"demo", "ollama"} else self.kind
        options: dict[str, object] = {"type": wire, "base_url": self.base_url}
        if self.kind == "azure" and self.api_version:
            options["azure"] = {"api_version": self.api_version}
        if self.wire_api:
            options["wire_api"] = self.wire_api
        key = self.key(environ)
        if key:
            field = "bearer_token" if self.key_variable.endswith("BEARER_TOKEN") else "api_key"
            options[field] = key
        return ProviderConfig.model_validate(options)


_FIELDS = ("kind", "base_url", "model", "key_variable", "api_version", "wire_api", "key_file")


def _read_key(path: str) -> str:
    try:
        value = Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The token's file {path!r} cannot be read: {type(error).__name__}.",
            hint="Name a text file that holds nothing but the token.",
        ) from None
    if not value or len(value.split()) != 1:
        raise ConfigError(
            f"{path!r} does not hold a token.", hint="It must hold nothing but the token."
        )
    return value


def parse(spec: str, reason: str) -> Source:
    """The source that a name or URL stands for.

    Args:
        spec: One of `PRESETS`, or the URL of an OpenAI-compatible server.
        reason: What chose it.

    Raises:
        ConfigError: It is neither.
    """
    if "://" in spec:
        return Source("openai", reason, base_url=checked_url(spec))
    for kind, preset in PRESETS.items():
        if spec == kind:
            return Source(kind, reason, base_url=preset.base_url, key_variable=preset.key_variable)
    raise ConfigError(
        f"{spec!r} is no provider.",
        hint=meant(
            spec,
            PRESETS,
            f"Give the URL of an OpenAI-compatible server, or one of {', '.join(PRESETS)}.",
        ),
    )


def checked_url(url: str) -> str:
    """The URL without a trailing slash.

    Raises:
        ConfigError: It is not http(s), or holds what may be a secret: it is shown in many places.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(
            f"{url!r} is not an http(s) URL.", hint="Such as http://127.0.0.1:1234/v1"
        )
    if parts.username or parts.password:
        raise ConfigError(
            "The provider's URL holds a user name or password.",
            hint="Put the key into an environment variable and name it with --key-env.",
        )
    if parts.query or parts.fragment:
        raise ConfigError(
            "The provider's URL does not end with its path.",
            hint="Leave out what follows its ? or #; a key is named with --key-env.",
        )
    return url.rstrip("/")


def is_local(url: str) -> bool:
    """Whether the URL names this host."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def resolve(settings: Settings) -> Source:
    """The source that applies now, with the model that is set.

    Raises:
        ConfigError: What is set cannot be meant.
    """
    environ = settings.environ
    source: Source | None = settings.get("provider")
    if source is None:
        source = _from_environment(environ) or _account(environ)
    source = _with_token(source, environ)
    return replace(source, model=settings.get("model") or source.model)


def _from_environment(environ: Mapping[str, str]) -> Source | None:
    """The runtime's own variables, which it ignores for our kind of session."""
    url = environ.get(f"{_PREFIX}BASE_URL")
    if not url:
        return None
    spec = environ.get(f"{_PREFIX}TYPE") or "openai"
    if spec not in {"openai", "azure", "anthropic"}:
        raise ConfigError(
            f"{_PREFIX}TYPE is {spec!r}.", hint="It takes openai, azure or anthropic."
        )
    key = next(
        (f"{_PREFIX}{n}" for n in ("BEARER_TOKEN", "API_KEY") if environ.get(f"{_PREFIX}{n}")), ""
    )
    return Source(
        spec,  # type: ignore[arg-type]  # one of three kinds, checked above
        f"{_PREFIX}BASE_URL",
        base_url=checked_url(url),
        model=_first(environ, "COPILOT_MODEL", f"{_PREFIX}MODEL_ID", f"{_PREFIX}MODEL"),
        key_variable=key,
        api_version=environ.get(f"{_PREFIX}AZURE_API_VERSION", ""),
        wire_api=environ.get(f"{_PREFIX}WIRE_API", ""),
    )


def _account(environ: Mapping[str, str]) -> Source:
    """The account: a token in the environment, else whoever is logged in to the runtime."""
    for variable in TOKEN_VARIABLES:
        if environ.get(variable):
            return Source("account", f"token in {variable}", key_variable=variable)
    return Source("account", "nothing else is set", model=environ.get("COPILOT_MODEL", ""))


def _with_token(source: Source, environ: Mapping[str, str]) -> Source:
    """The source; an account that was only named is asked with the environment's token, if any."""
    if source.own or source.stored or source.key_variable or source.key_file:
        return source
    token = _account(environ)
    if not token.key_variable:
        return source
    return replace(
        source, key_variable=token.key_variable, reason=f"{source.reason}, {token.reason}"
    )


def _first(environ: Mapping[str, str], *names: str) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")


CHOICES_HINT = (
    "Sign in with `%copilot login`, set a token in COPILOT_GITHUB_TOKEN, or choose: "
    "`%copilot provider ollama --model NAME`, `%copilot provider URL --model NAME "
    "[--key-env VARIABLE]`, `%copilot provider demo`."
)
"""The next step when there is no source at all."""
