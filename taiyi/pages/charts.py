"""Charts as SVG text: pure functions of numbers. Colours and fonts come from the page's style sheet, by class."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

FONT_PX = 12.0


class Rect(NamedTuple):
    """A rectangle: corner, width and height, in the units of its canvas."""

    x: float
    y: float
    width: float
    height: float


class Leaf(NamedTuple):
    """One rectangle of a treemap: what it stands for, kind and number (`NER · 640`), size, and the class of its colour."""

    label: str
    detail: str
    size: float
    tone: str


class Segment(NamedTuple):
    """One part of a stacked bar."""

    label: str
    size: float
    tone: str


class Series(NamedTuple):
    """A line: its name, its points (x, y) in order of x, and the class that draws it."""

    name: str
    points: Sequence[tuple[float, float]]
    tone: str


class Mark(NamedTuple):
    """A point of a line chart that is ringed and named."""

    x: float
    y: float
    label: str


def squarify(sizes: Sequence[float], area: Rect) -> list[Rect]:
    """Rectangles that fill `area`, each in proportion to its size and as square as may be, in the order given.

    Sizes are positive and best in falling order. After Bruls, Huizing and van Wijk, Squarified Treemaps (2000).
    """
    scale = area.width * area.height / sum(sizes) if sizes else 0.0
    rest, free, placed = [size * scale for size in sizes], area, list[Rect]()
    while rest:
        side = min(free.width, free.height)
        count = 1
        while count < len(rest) and _worst(rest[: count + 1], side) <= _worst(rest[:count], side):
            count += 1
        row, rest = rest[:count], rest[count:]
        strip, free = _strip(row, free)
        placed.extend(strip)
    return placed


def _worst(row: Sequence[float], side: float) -> float:
    """The largest ratio of sides in a row of these areas, laid along a side of that length."""
    whole = sum(row)
    if not whole or not side:
        return math.inf
    return max(max(side * side * part / whole**2, whole**2 / (side * side * part)) for part in row)


def _strip(row: Sequence[float], free: Rect) -> tuple[list[Rect], Rect]:
    """Lay a row of areas along the shorter side of `free`; the row, and what is left."""
    x, y, width, height = free
    whole, placed = sum(row), list[Rect]()
    if width >= height:
        depth = whole / height
        for part in row:
            placed.append(Rect(x, y, depth, part / depth))
            y += part / depth
        return placed, Rect(x + depth, free.y, max(width - depth, 0.0), height)
    depth = whole / width
    for part in row:
        placed.append(Rect(x, y, part / depth, depth))
        x += part / depth
    return placed, Rect(free.x, y + depth, width, max(height - depth, 0.0))


def treemap(groups: Sequence[Sequence[Leaf]], *, label: str, width: float = 960, height: float = 460) -> str:
    """A treemap of groups of leaves; every leaf's area is in proportion to its size, over all groups."""
    kept = [sorted((leaf for leaf in group if leaf.size > 0), key=lambda leaf: -leaf.size) for group in groups]
    kept = sorted((group for group in kept if group), key=lambda group: -sum(leaf.size for leaf in group))
    outer = squarify([sum(leaf.size for leaf in group) for group in kept], Rect(0, 0, width, height))
    body: list[str] = []
    for group, frame in zip(kept, outer, strict=True):
        inner = squarify([leaf.size for leaf in group], frame)
        body.extend(_leaf(leaf, rect) for leaf, rect in zip(group, inner, strict=True))
        body.append(f'<rect class="group" {_box(frame)}/>')
    return _svg(body, label=label, width=width, height=height, kind="treemap")


def _leaf(leaf: Leaf, rect: Rect) -> str:
    room = rect.width - 14
    # The name is bold, which is wider. A number is shown whole or not at all.
    name = fitted(leaf.label, room, font_px=1.1 * FONT_PX) if rect.height >= FONT_PX + 6 else ""
    details = (leaf.detail, leaf.detail.partition(" · ")[0]) if rect.height >= 2.6 * FONT_PX + 6 else ()
    detail = next((text for text in details if text_width(text) <= room), "")
    texts = [
        f'<text class="{kind}" x="{rect.x + 6:.2f}" y="{rect.y + 6 + down * FONT_PX:.2f}">{escape(text)}</text>'
        for kind, text, down in (("name", name, 0.85), ("detail", detail, 2.2))
        if text
    ]
    title = f"<title>{escape(leaf.label)}: {escape(leaf.detail)}</title>"
    return f'<g>{title}<rect class="leaf {leaf.tone}" {_box(rect)}/>{"".join(texts)}</g>'


def fitted(text: str, width: float, *, font_px: float = FONT_PX) -> str:
    """The text, cut with an ellipsis to about `width` pixels; empty where not even three characters fit."""
    if text_width(text, font_px=font_px) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", font_px=font_px) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…" if len(kept) >= 3 else ""


def text_width(text: str, *, font_px: float = FONT_PX) -> float:
    """About how wide a text is: a CJK character one em, another 0.58."""
    return sum(font_px * (1.0 if ord(character) >= 0x2E80 else 0.58) for character in text)


def stacked_bar(segments: Sequence[Segment], *, label: str, width: float = 220, height: float = 16) -> str:
    """A bar divided in proportion; a part that is wide enough names its share in per cent."""
    whole, x = sum(segment.size for segment in segments), 0.0
    body: list[str] = []
    for segment in segments:
        if segment.size <= 0:
            continue
        span = width * segment.size / whole
        title = f"<title>{escape(segment.label)}: {segment.size:,.0f}</title>"
        body.append(
            f'<g>{title}<rect class="part {segment.tone}" x="{x:.2f}" y="0" width="{span:.2f}" height="{height}"/>'
        )
        share = f"{100 * segment.size / whole:.0f}"
        if span >= 26:
            body.append(f'<text class="on {segment.tone}" x="{x + span / 2:.2f}" y="{height - 4:.2f}">{share}</text>')
        body.append("</g>")
        x += span
    return _svg(body, label=label, width=width, height=height, kind="stacked")


def score_bar(
    value: float, baseline: float, *, label: str, interval: tuple[float, float] | None = None, width: float = 150
) -> str:
    """A bar from 0 to 1 with a tick at the baseline and a whisker over the interval; values outside lie at the edge."""
    height = 16.0
    at, tick = width * _clamped(value), width * _clamped(baseline)
    body = [
        f'<rect class="track" x="0" y="2" width="{width:g}" height="{height - 4:g}"/>',
        f'<rect class="value" x="0" y="2" width="{at:.2f}" height="{height - 4:g}"/>',
    ]
    if interval:
        low, high = (width * _clamped(end) for end in interval)
        body.append(f'<path class="whisker" d="M{low:.2f} {height / 2:g}H{high:.2f}M{low:.2f} 5v6M{high:.2f} 5v6"/>')
    body.append(f'<path class="baseline" d="M{min(max(tick, 1), width - 1):.2f} 0V{height:g}"/>')
    return _svg(body, label=label, width=width, height=height, kind="score")


def share_bar(value: float, *, most: float, label: str, width: float = 90) -> str:
    """A bar for a share of a whole, 0 to 1; the largest beside it, `most`, fills the track."""
    height = 10.0
    at = width * _clamped(value / most if most else 0.0)
    body = [
        f'<rect class="track" x="0" y="0" width="{width:g}" height="{height:g}"/>',
        f'<rect class="value" x="0" y="0" width="{at:.2f}" height="{height:g}"/>',
    ]
    return _svg(body, label=label, width=width, height=height, kind="share")


def dot_strip(points: Sequence[tuple[str, float]], *, label: str, width: float = 150) -> str:
    """Named values between 0 and 1 as dots on a track, with a bar over their range; values outside lie at the edge."""
    height, places = 16.0, [(name, value, width * _clamped(value)) for name, value in points]
    low, high = min(x for _, _, x in places), max(x for _, _, x in places)
    body = [
        f'<rect class="track" x="0" y="6" width="{width:g}" height="4"/>',
        f'<rect class="value" x="{low:.2f}" y="6" width="{high - low:.2f}" height="4"/>',
    ]
    for name, value, x in places:
        title = f"<title>{escape(name)}: {100 * value:.1f}</title>"
        body.append(f'<circle class="dot" cx="{min(max(x, 3.5), width - 3.5):.2f}" cy="8" r="3.5">{title}</circle>')
    return _svg(body, label=label, width=width, height=height, kind="score")


def line_chart(
    series: Sequence[Series],
    *,
    label: str,
    x_label: str,
    y_label: str,
    marks: Sequence[Mark] = (),
    y_range: tuple[float, float] | None = None,
) -> str:
    """Lines over a common x axis that starts at 0, with ticks. Points that are not finite are left out; empty text if
    none is left. `y_range`: the range to show at least, where several charts are to be compared.
    """
    drawn = [
        Series(s.name, [p for p in s.points if math.isfinite(p[0]) and math.isfinite(p[1])], s.tone) for s in series
    ]
    points = [point for s in drawn for point in s.points]
    if not points:
        return ""
    low, high = y_range or (min(y for _, y in points), max(y for _, y in points))
    axes = _Axes(ticks(0, max(x for x, _ in points), 6), ticks(low, high, 5), Rect(48, 24, 400, 196))
    body = list(_grid(axes, x_label, y_label))
    for s in drawn:
        body.extend(_line(s, [axes.place(*point) for point in s.points]))
    body.extend(_mark(mark, *axes.place(mark.x, mark.y), right=axes.frame.x + axes.frame.width) for mark in marks)
    return _svg(body, label=label, width=470, height=260, kind="lines")


class _Axes(NamedTuple):
    """Two axes by their ticks, and the rectangle between them."""

    x_ticks: Sequence[float]
    y_ticks: Sequence[float]
    frame: Rect

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point lies on the canvas."""
        across = (x - self.x_ticks[0]) / (self.x_ticks[-1] - self.x_ticks[0])
        up = (y - self.y_ticks[0]) / (self.y_ticks[-1] - self.y_ticks[0])
        return self.frame.x + self.frame.width * across, self.frame.y + self.frame.height * (1 - up)


def _grid(axes: _Axes, x_label: str, y_label: str) -> Iterable[str]:
    left, top, width, height = axes.frame
    yield f'<text class="axis" x="8" y="12">{escape(y_label)}</text>'
    yield f'<text class="axis mid" x="{left + width / 2:.2f}" y="{top + height + 36:.2f}">{escape(x_label)}</text>'
    for tick in axes.y_ticks:
        _, y = axes.place(axes.x_ticks[0], tick)
        yield f'<path class="grid" d="M{left:g} {y:.2f}h{width:.2f}"/>'
        yield f'<text class="tick end" x="{left - 6:g}" y="{y + 4:.2f}">{tick:g}</text>'
    for tick in axes.x_ticks:
        x, y = axes.place(tick, axes.y_ticks[0])
        yield f'<text class="tick mid" x="{x:.2f}" y="{y + 16:.2f}">{tick:,g}</text>'


def _line(series: Series, points: Sequence[tuple[float, float]]) -> Iterable[str]:
    if len(points) > 1:
        path = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
        yield f'<polyline class="line {series.tone}" points="{path}"><title>{escape(series.name)}</title></polyline>'
    if len(points) <= 60 and "faint" not in series.tone:
        yield from (f'<circle class="dot {series.tone}" cx="{x:.2f}" cy="{y:.2f}" r="2.5"/>' for x, y in points)


def _mark(mark: Mark, x: float, y: float, *, right: float) -> str:
    ends = x + 10 + text_width(mark.label) > right
    side = f'class="mark end" x="{x - 8:.2f}"' if ends else f'class="mark" x="{x + 8:.2f}"'
    # Below the ring where it sits near the top, so that the label stays inside the frame.
    height = y + 18 if y < 48 else y - 9
    return f'<circle class="ring" cx="{x:.2f}" cy="{y:.2f}" r="6"/><text {side} y="{height:.2f}">{escape(mark.label)}</text>'


def histogram(bins: Sequence[tuple[float, int]], *, label: str, x_label: str, limit: float | None = None) -> str:
    """Bars over bins (upper edge, count) of equal width that start at 0; `limit` draws a line. Empty text if no bin."""
    if not bins:
        return ""
    width, height, most = 470.0, 150.0, max(count for _, count in bins) or 1
    frame = Rect(48, 20, 400, 92)
    x_ticks = ticks(0, max(bins[-1][0], limit or 0), 6)
    scale, step = frame.width / x_ticks[-1], bins[0][0]
    foot = frame.y + frame.height
    body = [f'<path class="grid" d="M{frame.x} {foot:.2f}h{frame.width:.2f}"/>']
    for upper, count in bins:
        tall = frame.height * count / most
        box = _box(Rect(frame.x + (upper - step) * scale + 0.5, foot - tall, max(step * scale - 1, 0.5), tall))
        body.append(f'<rect class="bin" {box}><title>up to {upper:,g}: {count:,}</title></rect>')
    for tick in x_ticks:
        body.append(f'<text class="tick mid" x="{frame.x + tick * scale:.2f}" y="{foot + 15:.2f}">{tick:,g}</text>')
    body.append(f'<text class="tick end" x="{frame.x - 6}" y="{frame.y + 6:.2f}">{most:,}</text>')
    body.append(
        f'<text class="axis mid" x="{frame.x + frame.width / 2:.2f}" y="{height - 4:.2f}">{escape(x_label)}</text>'
    )
    if limit is not None:
        x = frame.x + limit * scale
        body.append(f'<path class="limit" d="M{x:.2f} {frame.y}V{foot:.2f}"/>')
        body.append(f'<text class="mark end" x="{x - 4:.2f}" y="{frame.y - 5:.2f}">limit {limit:,g}</text>')
    return _svg(body, label=label, width=width, height=height, kind="histogram")


def ticks(low: float, high: float, count: int) -> list[float]:
    """About `count` round numbers (1, 2 or 5 times a power of ten apart) whose ends enclose low and high; from 0 if those are one."""
    if not high - low > 1e-9 * max(1.0, abs(low), abs(high)):
        low, high = min(low, 0.0), max(high, low + 1.0)
    raw = (high - low) / max(count - 1, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, max(last, first + 1) + 1)]


def thinned(points: Sequence[tuple[float, float]], limit: int) -> list[tuple[float, float]]:
    """At most `limit` points, each the mean of as many neighbours; as they are where there are no more."""
    if len(points) <= limit:
        return list(points)
    size = math.ceil(len(points) / limit)
    buckets = [points[start : start + size] for start in range(0, len(points), size)]
    return [(sum(x for x, _ in b) / len(b), sum(y for _, y in b) / len(b)) for b in buckets]


def smoothed(points: Sequence[tuple[float, float]], window: int) -> list[tuple[float, float]]:
    """A running mean over `window` points around each, fewer at the ends."""
    half = window // 2
    result = []
    for number, (x, _) in enumerate(points):
        near = [y for _, y in points[max(number - half, 0) : number + half + 1]]
        result.append((x, sum(near) / len(near)))
    return result


def _clamped(value: float) -> float:
    return min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0


def _box(rect: Rect) -> str:
    return f'x="{rect.x:.2f}" y="{rect.y:.2f}" width="{rect.width:.2f}" height="{rect.height:.2f}"'


def _svg(body: Iterable[str], *, label: str, width: float, height: float, kind: str) -> str:
    text = escape(label, quote=True)
    return (
        f'<svg class="chart {kind}" role="img" aria-label="{text}" viewBox="0 0 {width:g} {height:g}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(body)}</svg>'
    )
