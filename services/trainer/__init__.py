"""The training queue: jobs are rows, workers hold leases on them, and every attempt writes under its own fence."""
