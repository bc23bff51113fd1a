"""Who may allow what: choices, policies, standing rules, and what they are about."""
