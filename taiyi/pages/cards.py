"""Data cards as HTML pages: one for each corpus, in the report's style, each needing nothing else."""

from __future__ import annotations

from taiyi.corpora.card import Card, Lengths, SplitCard
from taiyi.corpora.counts import rows
from taiyi.pages import charts
from taiyi.pages.environment import environment, whole_text

TEMPLATE = "card.html.j2"
_TONES = 8


def render(card: Card, *, beside_report: bool = False) -> str:
    """The page as HTML text; all text from data is escaped. beside_report: it lies in a folder beside report.html."""
    types = sorted({kind for split in card.splits for kind in split.counts.entities})
    page = (
        environment()
        .get_template(TEMPLATE)
        .render(
            card=card,
            beside_report=beside_report,
            d=card.described,
            counted={split.name: list(rows(split.counts)) for split in card.splits},
            lengths={split.name: lengths(split.lengths) for split in card.splits},
            tones={kind: number % _TONES for number, kind in enumerate(types)},
            records=sum(split.counts.documents for split in card.splits),
            findings=sum(finding.count for split in card.splits for finding in split.findings),
            has_mentions=any(map(_shows_mentions, card.splits)),
        )
    )
    return whole_text(page)


def lengths(given: Lengths) -> str:
    """A histogram of lengths as SVG text."""
    bins = [(float(edge), count) for edge, count in given.bins]
    return charts.histogram(bins, label="Records by length", x_label="characters a record")


def _shows_mentions(split: SplitCard) -> bool:
    return any(piece.types for example in split.examples for _, parts in example.parts for piece in parts)
