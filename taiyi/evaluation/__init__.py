"""Evaluation: answers judged, benchmarks scored over their official N, and the report that shows both."""
