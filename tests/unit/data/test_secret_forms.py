"""Secrets by their forms, and what stands in the environment.

The examples are put together here, so that nothing in this file looks like a secret.
"""

from __future__ import annotations

import time

import pytest

from copilot_nb.data.secret_forms import FIELDS, TOKENS
from copilot_nb.data.secrets import find_secrets


def letters(count: int) -> str:
    """So many letters and digits."""
    return ("aB3dE6gH9k" * (count // 10 + 1))[:count]


def digits(count: int) -> str:
    """So many hexadecimal digits."""
    return ("0123456789abcdef" * (count // 16 + 1))[:count]


REST = {
    "ATATT3": letters(80),
    "AIza": letters(20) + "_-" + letters(13),
    "GOCSPX-": letters(28),
    "dapi": digits(32),
    "dop_v1_": digits(64),
    "doo_v1_": digits(64),
    "glsa_": f"{letters(32)}_{digits(8)}",
    "github_pat_": f"{letters(22)}_{letters(59)}",
    "hf_": letters(34),
    "lsv2_": f"pt_{digits(32)}_{digits(10)}",
    "npm_": letters(36),
    "pscale_": f"tkn_{letters(40)}",
    "r8_": letters(37),
    "sk-or-v1-": digits(64),
    "sk-proj-": f"{letters(40)}_{letters(15)}-{letters(30)}",
    "xapp-": f"1-{letters(11)}-{letters(30)}",
}
"""What follows the prefix; sixty letters where it does not matter."""


@pytest.mark.parametrize(("what", "prefix"), [(what, prefix) for what, prefix, _ in TOKENS])
def test_a_token_is_known_by_its_prefix(what: str, prefix: str) -> None:
    """The whole of it, at the end of a line or in quotes; not inside of a longer word."""
    secret = prefix + REST.get(prefix, letters(60))

    for before, after in (("", ""), ("{'key': '", "'}"), ("key=", "\nx")):
        (find,) = find_secrets(before + secret + after, {})
        assert (find.start, find.end) == (len(before), len(before + secret))
        assert find.what == what
    assert not find_secrets("x" + secret, {})


PASSWORD = "Sup3r" + "S3cret!"
BY_WORD = [
    ("password in a URL", "redis://:", PASSWORD, "@db:6379/0"),
    ("password in a URL", "mssql://sa:", PASSWORD, "@db/x?driver=y"),
    ("password in a URL", "postgresql://bob:", "p@ss:w/rd?#1", "@db.example:5432/x"),
    ("password in a connection string", "Server=db;User Id=sa;Password=", PASSWORD, ";"),
    ("password in a connection string", "Driver={ODBC 17};UID=sa;PWD=", PASSWORD, ";"),
    ("password in a connection string", "jdbc:x://db/x?user=bob&password=", PASSWORD, ""),
    ("password in a connection string", "'host=db user=bob password=", PASSWORD, "'"),
    ("AWS key", "aws_secret_access_key = ", letters(38) + "/+", "\n"),
    ("AWS token", "aws_session_token=", letters(300), "\n"),
    ("Azure signature", "https://a.example/b?sv=1&sp=rl&sig=", letters(43) + "%3D", "&x=1"),
    ("Azure key", "Endpoint=sb://x;SharedAccessKey=", letters(43) + "=", ";"),
    ("Discord token", "bot ", f"M{letters(25)}.{letters(6)}.{letters(38)}", " x"),
    ("token of a header", "Authorization: Bearer ", letters(32), "\n"),
    ("token of a header", "'Authorization': 'Basic ", letters(12) + "==", "'"),
    ("token of a header", "curl -H 'Bearer ", letters(32), "'"),
    ("secret of a setting", "DB_PASSWORD=", PASSWORD, "\n"),
    ("secret of a setting", "export WANDB_API_KEY='", digits(40), "'\n"),
    ("secret of a setting", "MYSQL_PWD=", PASSWORD, "\n"),
    ("secret of a setting", "JWT_TOKEN=", letters(6_000), "\n"),
]


@pytest.mark.parametrize(("what", "before", "secret", "after"), BY_WORD)
def test_a_secret_is_known_by_what_stands_before_it(
    what: str, before: str, secret: str, after: str
) -> None:
    """The secret alone, not the words around it."""
    (find,) = find_secrets(before + secret + after, {})

    assert (find.start, find.end) == (len(before), len(before + secret))
    assert find.what == what


def test_every_form_has_an_example() -> None:
    """Those by a word have theirs in the table above."""
    assert {what for what, _, _ in FIELDS} == {what for what, *_ in BY_WORD}


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://bob:***@db/x and postgresql://{user}:{password}@db/x and $USER:$PASSWORD@db",
        "connect(host=host, user=user, password=getpass()) # ?a=1;b=2",
        'TOKEN=os.environ["TOKEN"]; API_KEY=load_the_key(1); MAX_TOKENS=100000000',
        "the bearer certificates_of_the_company are old; Authorization: see below",
        "hf_rate hf_temperature_mean_daily npm_package sk-proj-x dapi r8_ AIza key-value",
        "?page=2&sig=short https://x.org:8080/a@b 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "http://localhost:8888/lab/me@x.org and http://x.org:80?to=me@x.org PWD=/home/someone",
        f"commit {digits(40)} sha256:{digits(64)} data:image/png;base64,{letters(4000)}",
    ],
)
def test_what_only_resembles_a_secret_passes(text: str) -> None:
    """Names of columns, places for values, digests, pictures."""
    assert find_secrets(text, {}) == ()


def test_secrets_of_the_environment_are_known_by_their_values() -> None:
    """Where the variable's name says that it is one; as whole words."""
    environ = {
        "SERVICE_TOKEN": "plain-but-secret",
        "db_password": "c0rrect horse",
        "POSTGRES_PASSWORD": "postgres",  # a word that stands everywhere
        "SHORT_KEY": "abc123",
        "SSL_KEY_FILE": "/etc/ssl/key.pem",
        "PASSWORD_STORE_DIR": "/home/store",
        "PWD": "/home/someone",
        "OLDPWD": "/home/nobody",
        "GOOGLE_APPLICATION_CREDENTIALS": "/home/google.json",
        "COMPASS": "north-north-west",
        "MONKEY": "banana-12345",
    }
    text = f"{list(environ.values())} xplain-but-secret"

    finds = find_secrets(text, environ)

    assert [(text[find.start : find.end], find.what) for find in finds] == [
        ("plain-but-secret", "value of SERVICE_TOKEN"),
        ("c0rrect horse", "value of db_password"),
    ]


@pytest.mark.parametrize(
    "name",
    ["PGPASSWORD", "MYSQL_PWD", "DB_PASS", "GITHUB_PAT", "db_credentials", "APIKEY", "KEY_2"],
)
def test_a_variable_is_secret_by_its_name(name: str) -> None:
    """As programs call what they sign in with."""
    (find,) = find_secrets("it is correct-horse-42", {name: "correct-horse-42"})

    assert find.what == f"value of {name}"


@pytest.mark.parametrize("prefix", ["sk-proj-", "sk-ant-", "hf_", "github_pat_", "xai-"])
def test_a_long_token_is_found_to_its_end(prefix: str) -> None:
    """However long it is."""
    (find,) = find_secrets(prefix + letters(5_000), {})

    assert (find.start, find.end) == (0, len(prefix) + 5_000)


def test_a_setting_ends_with_its_line_in_an_escaped_text() -> None:
    """The next one stays."""
    text = repr(f"A_TOKEN={letters(12)}\nHOME=/home/someone\n")

    (find,) = find_secrets(text, {})

    assert text[find.start : find.end] == letters(12)


def test_the_environment_is_the_process_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """When no other is given."""
    monkeypatch.setenv("SOME_API_KEY", "not-of-any-form")

    (find,) = find_secrets("not-of-any-form")

    assert find.what == "value of SOME_API_KEY"


def test_of_two_that_overlap_both_are_told() -> None:
    """What stands beyond the end of the first is a secret, too."""
    text = "https://a.example/x?a=1&password=first:second@host"

    finds = find_secrets(f"{text}", {"A_TOKEN": "second@host"})

    assert [text[find.start : find.end] for find in finds] == ["first:second@host"]
    finds = find_secrets(text, {"A_TOKEN": "1&password=first"})
    assert [text[find.start : find.end] for find in finds] == [
        "1&password=first",
        "first:second@host",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "://a:",
        "://a:b@!",
        "\\t",
        "TOKEN=a.",
        "Bearer ",
        "API_KEY=",
        "A_",
        ";Password=",
        "sk-",
        "authorization: ",
        "//x ",
    ],
)
def test_the_time_is_bounded(text: str) -> None:
    """A quarter of a megabyte of what a pattern begins with takes about 0.2 s."""
    find_secrets("")
    start = time.process_time()

    find_secrets(text * (250_000 // len(text)), {})

    assert time.process_time() - start < 3
