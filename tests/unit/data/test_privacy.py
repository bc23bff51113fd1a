"""Rules about what may leave the kernel."""

from __future__ import annotations

import pytest

from copilot_nb.data.privacy import Privacy, PrivacyRule, from_table
from copilot_nb.errors import ConfigError


def test_the_strictest_rule_wins() -> None:
    """Whatever their order."""
    privacy = Privacy(
        (
            PrivacyRule("deny", "patients.*name"),
            PrivacyRule("mask", "*name"),
            PrivacyRule("aggregate", "age"),
        )
    )

    assert privacy.column("First_Name", "patients") == "deny"
    assert privacy.column("first_name", "staff") == "mask"
    assert privacy.column("AGE") == "aggregate"
    assert privacy.column("height") == "allow"
    assert privacy.variable("patients") == "allow"


def test_a_variable_rule_speaks_of_variables_only() -> None:
    """Not of a column of the same name."""
    privacy = Privacy().also(PrivacyRule("deny", "tokens*", variable=True))

    assert privacy.variable("tokens_old") == "deny"
    assert privacy.column("tokens", "df") == "allow"


def test_rules_come_from_a_table_of_a_settings_file() -> None:
    """Each list with its meaning."""
    table = {"deny": ["ssn"], "mask": ["*mail*"], "aggregate": ["age"], "variables": ["raw"]}

    privacy = Privacy(from_table(table, ".copilot-nb.toml"))

    assert [privacy.column(name) for name in ("ssn", "e-mail", "age")] == [
        "deny",
        "mask",
        "aggregate",
    ]
    assert privacy.variable("raw") == "deny"
    assert {rule.source for rule in privacy.rules} == {".copilot-nb.toml"}


@pytest.mark.parametrize("table", [{"denny": ["x"]}, {"deny": "x"}, {"mask": [1]}, {"deny": [""]}])
def test_a_table_that_cannot_be_meant_is_an_error(table: dict[str, object]) -> None:
    """A misspelt rule would protect nothing."""
    with pytest.raises(ConfigError):
        from_table(table, "a file")
