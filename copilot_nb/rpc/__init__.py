"""Bytes to calls and back: framing, transports and the JSON-RPC peer."""
