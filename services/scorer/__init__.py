"""The scorer: raw answers read, scored on benchmarks, and systems compared."""
