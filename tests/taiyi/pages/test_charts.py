import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.pages import charts
from taiyi.pages.charts import Leaf, Mark, Rect, Segment, Series

SIZES = st.lists(st.integers(1, 10**6), min_size=1, max_size=40)
NAMES = st.text(max_size=30).filter(lambda text: all(c.isprintable() for c in text))
SVG = "{http://www.w3.org/2000/svg}"


@given(SIZES, st.floats(50, 2000), st.floats(50, 2000))
def test_areas_of_a_treemap_are_in_proportion_to_the_sizes_and_fill_the_rectangle(sizes, width, height):
    placed = charts.squarify(sorted(sizes, reverse=True), Rect(3, 5, width, height))
    for size, rect in zip(sorted(sizes, reverse=True), placed, strict=True):
        assert rect.width * rect.height == pytest.approx(size / sum(sizes) * width * height, rel=1e-6)
        assert rect.x >= 3 - 1e-6 and rect.y >= 5 - 1e-6
        assert rect.x + rect.width <= 3 + width + 1e-6 and rect.y + rect.height <= 5 + height + 1e-6


@given(SIZES)
def test_rectangles_of_a_treemap_do_not_overlap(sizes):
    placed = charts.squarify(sorted(sizes, reverse=True), Rect(0, 0, 960, 460))
    for number, a in enumerate(placed):
        for b in placed[number + 1 :]:
            across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
            down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
            assert across < 1e-6 or down < 1e-6


def test_the_example_of_the_squarified_treemaps_paper_is_laid_out_as_it_is_there():
    placed = charts.squarify([6, 6, 4, 3, 2, 2, 1], Rect(0, 0, 6, 4))
    assert [(round(r.width, 2), round(r.height, 2)) for r in placed[:4]] == [(3, 2), (3, 2), (1.71, 2.33), (1.29, 2.33)]


@given(st.lists(st.lists(st.tuples(NAMES, st.integers(0, 5000)), max_size=6), max_size=6))
def test_leaf_areas_of_a_drawn_treemap_are_in_proportion_across_groups(groups):
    leaves = [[Leaf(name, "NER", size, "tone-0") for name, size in group] for group in groups]
    tree = ElementTree.fromstring(charts.treemap(leaves, label="map"))
    drawn = sorted(
        float(r.get("width")) * float(r.get("height")) for r in tree.iter(f"{SVG}rect") if "leaf" in r.get("class")
    )
    sizes = sorted(size for group in groups for _, size in group if size)
    assert len(drawn) == len(sizes)
    for area, size in zip(drawn, sizes, strict=True):
        # Sides are written with two decimals.
        assert area == pytest.approx(size / sum(sizes) * 960 * 460, rel=0.02, abs=20)


@given(st.lists(st.tuples(NAMES, st.integers(0, 9999)), max_size=6))
def test_a_stacked_bar_is_well_formed_and_as_long_as_its_parts(parts):
    text = charts.stacked_bar([Segment(name, size, "right") for name, size in parts], label="shares", width=200)
    widths = [float(r.get("width")) for r in ElementTree.fromstring(text).iter(f"{SVG}rect")]
    assert sum(widths) == pytest.approx(200 if any(size for _, size in parts) else 0, abs=0.1)


@given(st.floats(), st.floats())
def test_a_score_bar_stays_inside_its_frame_whatever_the_score(value, baseline):
    tree = ElementTree.fromstring(charts.score_bar(value, baseline, label="f1", width=180))
    assert all(0 <= float(r.get("width")) <= 180 for r in tree.iter(f"{SVG}rect"))


@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats()), max_size=80))
def test_a_line_chart_draws_finite_points_inside_its_frame_and_is_empty_without_any(points):
    bounded = [(x, y) for x, y in points if not math.isfinite(y) or abs(y) < 1e9]
    text = charts.line_chart([Series("loss", bounded, "faint")], label="loss", x_label="step", y_label="loss")
    if not any(math.isfinite(y) for _, y in bounded):
        assert text == ""
        return
    for line in ElementTree.fromstring(text).iter(f"{SVG}polyline"):
        for point in line.get("points").split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= 470 and 0 <= y <= 260


def test_a_mark_is_ringed_and_its_label_stays_inside_the_chart():
    line = Series("dev", [(10, 0.2), (20, 0.4)], "strong")
    text = charts.line_chart([line], label="d", x_label="step", y_label="s", marks=[Mark(20, 0.4, "chosen: step 20")])
    label = next(t for t in ElementTree.fromstring(text).iter(f"{SVG}text") if t.text == "chosen: step 20")
    assert label.get("class") == "mark end"


def test_a_histogram_shows_every_bin_and_the_limit():
    text = charts.histogram([(64, 3), (128, 9), (192, 0)], label="lengths", x_label="tokens", limit=256)
    tree = ElementTree.fromstring(text)
    assert len(list(tree.iter(f"{SVG}rect"))) == 3
    assert "limit 256" in [t.text for t in tree.iter(f"{SVG}text")]
    assert charts.histogram([], label="lengths", x_label="tokens") == ""


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(2, 10))
def test_ticks_enclose_the_range_and_are_evenly_apart(low, high, count):
    found = charts.ticks(low, high, count)
    assert len(found) >= 2 and found == sorted(found)
    if high > low and high - low > 1e-3:
        step = found[1] - found[0]
        assert found[0] <= low + step * 1e-6 and found[-1] >= high - step * 1e-6
        assert len(found) <= 2 * count + 1


def test_a_label_that_does_not_fit_is_cut_with_an_ellipsis_or_left_out():
    assert charts.fitted("sample_cdr", 200) == "sample_cdr"
    assert charts.fitted("sample_cdr", 50) == "sample…"
    assert charts.fitted("sample_cdr", 10) == ""
    assert charts.text_width("医学") > charts.text_width("ab")


def test_thinning_keeps_the_mean_of_neighbours_and_short_lines_as_they_are():
    assert charts.thinned([(1, 2.0), (2, 4.0), (3, 6.0), (4, 8.0)], 2) == [(1.5, 3.0), (3.5, 7.0)]
    assert charts.thinned([(1, 2.0)], 2) == [(1, 2.0)]
    assert charts.smoothed([(1, 0.0), (2, 3.0), (3, 6.0)], 3) == [(1, 1.5), (2, 3.0), (3, 4.5)]


def test_labels_are_escaped_and_charts_name_themselves_to_readers_of_the_screen():
    text = charts.treemap([[Leaf('<script>"', "NER & RE", 5, "tone-0")]], label='a "map" <of> things')
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img" and root.get("aria-label") == 'a "map" <of> things'
    assert "<script>" not in text


def test_the_number_of_a_small_leaf_is_left_out_rather_than_cut():
    def shown(width):
        text = charts.treemap([[Leaf("abc", "NER · 19,491", 1, "tone-0")]], label="m", width=width)
        return [t.text for t in ElementTree.fromstring(text).iter(f"{SVG}text")]

    assert shown(200) == ["abc", "NER · 19,491"]
    assert shown(60) == ["abc", "NER"]
    assert shown(20) == []
