"""All SQL of the queue: what callers do (`jobs`), what workers do (`leases`), and what only reads (`reads`)."""
