"""The knowledge base of a session: lists of things that exist right now, found by id or by name."""
