"""The public async API: Client, Session, Turn, tools, and requests that wait for an answer."""
