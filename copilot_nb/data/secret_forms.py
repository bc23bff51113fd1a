"""Forms of secrets that detect-secrets does not know: tokens by prefix, values by what they follow.

Every pattern begins where its mark stands and reads what has no bound only once (the `+` behind a
number of times), so that a megabyte takes no second. What is matched is the secret, to its last
character; where a pattern has a group, that is.
"""

from __future__ import annotations

import re
from functools import cache

_CONNECTION = "password in a connection string"
_HEADER = "token of a header"
_SETTING = "secret of a setting"

TOKENS: tuple[tuple[str, str, str], ...] = (
    ("Anthropic key", "sk-ant-", r"[\w-]{20,}+"),
    ("Atlassian token", "ATATT3", r"[\w=-]{60,}+"),
    ("Databricks token", "dapi", r"[0-9a-f]{32}(?:-\d)?"),
    ("DigitalOcean token", "dop_v1_", r"[0-9a-f]{64}"),
    ("DigitalOcean token", "doo_v1_", r"[0-9a-f]{64}"),
    ("Docker token", "dckr_pat_", r"[\w-]{20,}+"),
    ("GitHub token", "github_pat_", r"\w{22,}+"),
    ("Google key", "AIza", r"[\w-]{35}"),
    ("Google secret", "GOCSPX-", r"[\w-]{28}"),
    ("Google token", "ya29.", r"[\w-]{20,}+"),
    ("Grafana token", "glsa_", r"[A-Za-z0-9]{32}_[0-9a-f]{8}"),
    ("Groq key", "gsk_", r"[A-Za-z0-9]{40,}+"),
    ("Hugging Face token", "hf_", r"[A-Za-z0-9]{30,}+"),
    ("LangSmith key", "lsv2_", r"(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    ("npm token", "npm_", r"[A-Za-z0-9]{36}"),
    ("Nvidia key", "nvapi-", r"[\w-]{50,}+"),
    ("OpenAI key", "sk-proj-", r"[\w-]{20,}+"),
    ("OpenAI key", "sk-svcacct-", r"[\w-]{20,}+"),
    ("OpenAI key", "sk-admin-", r"[\w-]{20,}+"),
    ("OpenRouter key", "sk-or-v1-", r"[0-9a-f]{64}"),
    ("PlanetScale password", "pscale_", r"(?:pw|tkn|oauth)_[\w.-]{32,}+"),
    ("Replicate token", "r8_", r"[A-Za-z0-9]{37}"),
    ("Slack token", "xapp-", r"\d-[\w-]{20,}+"),
    ("Vault token", "hvs.", r"[\w-]{24,}+"),
    ("Vault token", "hvb.", r"[\w-]{24,}+"),
    ("xAI key", "xai-", r"[A-Za-z0-9]{60,}+"),
)
"""What is found, the prefix, and what follows it."""

FIELDS: tuple[tuple[str, str, str], ...] = (
    (
        "password in a URL",
        "://",
        r"""://[^\s:/?#@"'<>]{0,128}:(?!\d{1,5}[/?#])(?![:@/{}$*])"""
        r"""([^\s@"'<>{}]{1,1024}+(?:@[^\s@"'<>{}]{1,255}+){0,8})@(?=[\w.\[-])""",
    ),
    (
        _CONNECTION,
        "=",
        r"""(?i)[;?&] ?(?:password|passwd|pwd) ?= ?([^\s;&"'<>{}()$*][^\s;&"'<>{}()]{2,}+)""",
    ),
    (
        _CONNECTION,
        " password=",
        r"""(?i)\b(?:host|user|dbname|port)=[^\s,;"'()]{1,128} +"""
        r"""password=([^\s,;"'<>{}()$*]{3,}+)""",
    ),
    (
        "AWS key",
        "secret",
        r"""(?i)aws_?secret_?(?:access_?)?key["']?\s{0,9}[:=]\s{0,9}["']?([A-Za-z0-9/+]{40})(?![\w/+])""",
    ),
    (
        "AWS token",
        "session",
        r"""(?i)aws_?session_?token["']?\s{0,9}[:=]\s{0,9}["']?([A-Za-z0-9/+=]{100,}+)""",
    ),
    ("Azure signature", "sig=", r"""[?&]sig=([A-Za-z0-9%+/=_-]{40,}+)"""),
    ("Azure key", "sharedaccesskey=", r"""(?i)SharedAccessKey=([A-Za-z0-9+/=]{40,}+)"""),
    ("Discord token", ".", r"""\b[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,38}\b"""),
    (
        _HEADER,
        "authorization",
        r"""(?i)\bauthorization["']?\s{0,9}[:=]\s{0,9}["']?(?:bearer|basic|token)\s{1,9}([\w.~+/=-]{8,}+)""",
    ),
    (_HEADER, "bearer", r"""(?i)\bbearer\s{1,9}(?=[\w.~+/=-]{0,64}\d)([\w.~+/=-]{20,}+)"""),
    (
        _SETTING,
        "=",
        r"""(?:PASSWORD|PASSWD|_PWD|_PASS|_PAT|SECRET|TOKEN|(?:API|ACCESS|SECRET|PRIVATE)_?KEY)=["']?"""
        r"""(?![\w.]{1,255}+[(\[{])((?:[^\s"'`,;(){}\[\]<>$\\]|\\(?![nrt])){8,}+)""",
    ),
)
"""What is found, in lower case a part of every text that holds it, and the pattern."""


@cache
def forms() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """What is found, in lower case a part of every text that holds it, and the pattern."""
    tokens = (
        (what, prefix.lower(), rf"(?<![A-Za-z0-9]){re.escape(prefix)}{rest}(?![A-Za-z0-9])")
        for what, prefix, rest in TOKENS
    )
    return tuple((what, part, re.compile(form)) for what, part, form in (*tokens, *FIELDS))
