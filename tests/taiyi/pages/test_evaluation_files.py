import re
from collections import Counter
from html import unescape
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import benchmarks, jsonl, layout
from taiyi.errors import NotFound
from taiyi.evaluation import paper
from taiyi.evaluation.forgetting import Forgetting
from taiyi.evaluation.results import FORGETTING, SCORES, Evaluation, Judged
from taiyi.pages import evaluation_files as files
from taiyi.pages.answers import ORDER, PER_PAGE, answer, ordered, render
from tests.taiyi.pages.made_evaluations import BENCHMARKS, HOSTILE, SKILL
from tests.taiyi.pages.test_report import _Tags

pytestmark = pytest.mark.integration  # whole folders of pages


class Tags(_Tags):
    VOID = _Tags.VOID | {"input"}


@pytest.fixture(scope="module")
def settings(root):
    described = {b.id: b for b in benchmarks.every(BENCHMARKS)}
    return files.Settings(described, paper.load(root / layout.PAPER), replicates=500)


@pytest.fixture(scope="module")
def out(tmp_path_factory, evaluation_folders, settings):
    """The leaderboard over the three models, as files."""
    folder = tmp_path_factory.mktemp("pages")
    jsonl.write_json(evaluation_folders[0] / FORGETTING, Forgetting("train.schedule is one_stage"))
    files.write_leaderboard(evaluation_folders, folder, settings)
    return folder


def page(out, name):
    return (out / name).read_text(encoding="utf-8")


def pages(out):
    return {path.relative_to(out).as_posix(): path.read_text(encoding="utf-8") for path in sorted(out.rglob("*.html"))}


def test_every_page_closes_its_tags_and_runs_one_script_and_loads_nothing(out):
    found = pages(out)
    assert len(found) > 40
    for text in found.values():
        tags = Tags(text).tags
        assert [attrs for tag, attrs in tags if tag == "script"] == [{}]
        assert not any("src" in attrs or any(name.startswith("on") for name in attrs) for _, attrs in tags)
        assert not {tag for tag, _ in tags} & {"link", "img", "iframe", "object", "embed", "form"}


def test_every_link_leads_to_a_page_or_an_anchor_that_exists(out):
    for path in sorted(out.rglob("*.html")):
        tags = Tags(path.read_text(encoding="utf-8")).tags
        ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
        assert len(ids) == len(set(ids)), path
        for href in (attrs["href"] for tag, attrs in tags if tag == "a"):
            target, _, anchor = href.partition("#")
            if target:
                assert (path.parent / target).is_file(), (path, href)
                assert not anchor or f'id="{anchor}"' in (path.parent / target).read_text(encoding="utf-8")
            else:
                assert anchor in ids, (path, href)


def test_charts_are_well_formed_and_have_names(out):
    found = re.findall(r"<svg .*?</svg>", page(out, "index.html"), flags=re.DOTALL)
    assert len(found) > 60
    for chart in found:
        made = ElementTree.fromstring(chart)
        assert made.get("aria-hidden") == "true" or made.get("aria-label")


def test_what_models_write_is_shown_and_never_obeyed(out):
    found = "".join(pages(out).values())
    assert HOSTILE in unescape(found) and HOSTILE not in found
    assert "<script>alert" not in found


def test_headings_of_tables_have_a_scope_and_rows_a_name(out):
    for text in pages(out).values():
        assert all(attrs.get("scope") in ("col", "row", "colgroup") for tag, attrs in Tags(text).tags if tag == "th")


def test_the_leaderboard_ranks_by_the_shared_mean_and_marks_what_does_not_compare(out):
    text = page(out, "index.html")
    names = re.findall(r'<th scope="row" data-sort="([^"]+)" lang="[\w-]+"><a href="[^"]+/index.html">', text)
    assert names[:3] == list(SKILL)
    assert "Over 6 questions instead of 12." in text, "the last model was asked half of the labels"
    assert 'lang="zh-Hans"><a href="对照模型_7B/index.html">对照模型 7B</a>' in text


def test_a_page_shows_intervals_expected_n_flags_wordings_parity_and_comparison(out, evaluation_folders):
    text = unescape(page(out, "Taiyi_stage_1/index.html"))
    evaluation = jsonl.read_json(evaluation_folders[1] / SCORES, Evaluation)
    first = next(r for r in evaluation.results if r.benchmark == "bc5cdr_chem")
    low, high = (f"{100 * end:.1f}" for end in first.interval)
    for expected in (
        f'{100 * first.score.value:.1f}<br><span class="small">{low}–{high}</span>',
        f"{100 * first.of_parsed:.1f}",
        "expected 500",
        f"{first.flags.hallucinated} of {first.flags.mentions}",
        "Sensitivity to the wording",
        "BC5CDR-Chem",
        "our N: 12 of 500",
        "Comparison with the leading model",
        first.score.signature,
    ):
        assert expected in text, expected
    assert all(score.signature in text for result in evaluation.results for score in result.also)


def test_the_leading_model_is_compared_with_nobody_and_says_why_nothing_was_forgotten(out):
    text = page(out, "Taiyi_stage_2/index.html")
    assert "Comparison with the leading model" not in text
    assert "Not measured: train.schedule is one_stage." in text
    assert "Forgetting" not in page(out, "Taiyi_stage_1/index.html")


def test_counts_of_verdicts_stand_in_the_order_that_the_page_says(out, evaluation_folders):
    evaluation = jsonl.read_json(evaluation_folders[0] / SCORES, Evaluation)
    v = evaluation.verdicts
    said = " / ".join(f"{v[name]:,}" for name in ("right", "wrong", "unparsable", "unanswered"))
    assert said in page(out, "index.html") and said in page(out, "Taiyi_stage_2/index.html")


def test_each_answer_of_a_benchmark_is_on_one_page_wrong_ones_first(out, evaluation_folders):
    judged = [
        row
        for row in jsonl.read(evaluation_folders[0] / "judged.jsonl", Judged)
        if any("medqa_usmle" in name or "med_qa " in name for name in row.benchmarks)
    ]
    both = [page(out, f"Taiyi_stage_2/answers/medqa_usmle{end}.html") for end in ("", "-2")]
    shown = [re.findall(r'<span class="id">([^<]+)</span>', text) for text in both]
    assert [len(ids) for ids in shown] == [PER_PAGE, 20]
    assert sorted(shown[0] + shown[1]) == sorted(row.id for row in judged)
    verdicts = re.findall(r'data-verdict="(\w+)"', "".join(both))
    assert verdicts == sorted(verdicts, key=ORDER.index) and len(set(verdicts)) == 4
    assert "Answers 501 to 520 of 520" in both[1]


def test_the_answers_shown_have_the_verdicts_that_the_benchmark_counts(out, evaluation_folders):
    evaluation = jsonl.read_json(evaluation_folders[1] / SCORES, Evaluation)
    for result in evaluation.results:
        shown = "".join(
            path.read_text(encoding="utf-8")
            for path in (out / "Taiyi_stage_1" / "answers").glob("*.html")
            if path.stem.removesuffix("-2") == result.benchmark
        )
        found = Counter(re.findall(r'data-verdict="(\w+)"', shown))
        assert found == Counter(result.verdicts) and found.total() == result.official_n, result.name


def test_a_benchmark_of_some_types_shows_only_their_items(out):
    text = page(out, "Taiyi_stage_1/answers/bc5cdr_dise.html")
    assert "only these names count here: " in text
    chips = re.findall(r'class="chip (?:found|missed|spurious)" lang="en">([^<]+)<', text)
    assert chips and all(re.fullmatch(r"[−+ ]*disease · [\w ]+", chip) for chip in chips)


def test_only_some_answers_are_shown_where_so_many_are_wanted_and_the_page_says_so(
    evaluation_folders, tmp_path, settings
):
    files.write_leaderboard(evaluation_folders[:1], tmp_path, settings._replace(most=30))
    text = page(tmp_path, "Taiyi_stage_2/answers/medqa_usmle.html")
    assert text.count("<article") == 30 and "Only 30 of 520 are shown." in text


def test_missed_and_spurious_items_are_marked_by_sign_and_not_by_colour_alone():
    judged = Judged(
        "c/test/1#ner.en.t1", "wrong", "ok", "Chemical: a; b", (("Chemical", "a"), ("Chemical", "b")),
        (("Chemical", "a"), ("Disease", "c")), ("c",),
    )  # fmt: skip
    made = answer(judged, "ner")
    assert [(p.text, p.mark) for p in made.gold] == [("Chemical · a", "found"), ("Disease · c", "missed")]
    assert [(p.text, p.mark) for p in made.read] == [("Chemical · a", "found"), ("Chemical · b", "spurious")]


def test_mentions_are_marked_where_they_stand_in_the_prompt_which_stays_whole():
    prompt = "Find drugs.\nLithium and aspirin were given.\nAnswer:"
    judged = Judged(
        "c/test/1#ner.en.t1", "wrong", "ok", "drug: aspirin", (("drug", "aspirin"),), (("drug", "Lithium"),), ("c",),
        prompt, (12, 43),
    )  # fmt: skip
    made = answer(judged, "ner")
    assert made.before + "".join(piece.text for piece in made.source) + made.after == prompt
    states = {piece.text: piece.state for piece in made.source if piece.state}
    assert states == {"Lithium": "missed", "aspirin": "spurious"}
    assert answer(judged, "qa_mc").source == () and answer(judged, "qa_mc").before == prompt


def test_an_unread_answer_finds_no_gold():
    judged = Judged("c/test/1#tc.en.t1", "unparsable", "unparsed", "x", (("A",),), (("A",),), ("c",))
    assert [p.mark for p in answer(judged, "tc").gold] == ["missed"]


VERDICTS = st.lists(st.sampled_from(ORDER), max_size=40)


@given(VERDICTS)
def test_ordering_keeps_every_answer_and_the_order_within_a_verdict(verdicts):
    rows = [Judged(f"c/test/{n}#tc.en.t1", v, "ok", "x", ()) for n, v in enumerate(verdicts)]
    made = ordered(rows)
    assert sorted(row.id for row in made) == sorted(row.id for row in rows)
    for verdict in ORDER:
        assert [r for r in made if r.verdict == verdict] == [r for r in rows if r.verdict == verdict]


def test_half_a_surrogate_pair_in_an_answer_does_not_stop_the_page(evaluation_folders):
    result = jsonl.read_json(evaluation_folders[0] / SCORES, Evaluation).results[0]
    judged = Judged("c/test/1#ner.en.t1", "wrong", "ok", "\ud800", (("a", "\udfff"),), (("a", "b"),), (result.name,))
    ((name, text),) = render(result, [judged], title="t", model="m", stem="x")
    assert name == "x.html" and text.encode("utf-8")


def test_a_folder_without_scores_is_refused_and_told_what_makes_them(tmp_path):
    with pytest.raises(NotFound, match="taiyi evaluate"):
        files.write_leaderboard([tmp_path], tmp_path / "out", files.Settings())


@given(st.lists(st.text(max_size=8), max_size=6))
def test_slugs_are_distinct_and_fit_for_files(names):
    found: list[str] = []
    for name in names:
        found.append(files.slug(name, found))
    assert len({slug.casefold() for slug in found}) == len(names)
    assert all(re.fullmatch(r"[\w.-]+", slug) and not slug.startswith(".") for slug in found)


def test_a_comparison_without_benchmarks_in_common_is_left_out(evaluation_folders, tmp_path, settings):
    lone = tmp_path / "lone"
    lone.mkdir()
    evaluation = jsonl.read_json(evaluation_folders[0] / SCORES, Evaluation)
    renamed = tuple(msgspec.structs.replace(r, name=f"{r.name} of ours", benchmark="") for r in evaluation.results[:2])
    jsonl.write_json(lone / SCORES, msgspec.structs.replace(evaluation, results=renamed, name="lone"))
    jsonl.write_json(lone / "counts.json", {})
    files.write_leaderboard([evaluation_folders[0], lone], tmp_path / "out", settings)
    assert "Comparison with" not in page(tmp_path / "out", "lone/index.html")
    assert "no shared mean" in page(tmp_path / "out", "index.html")
