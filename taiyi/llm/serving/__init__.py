"""Serving: one model that answers many at once, in a process of its own, token by token."""
