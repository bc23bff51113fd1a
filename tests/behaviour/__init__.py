"""The same behaviour on FakeRuntime and on the real CLI."""
