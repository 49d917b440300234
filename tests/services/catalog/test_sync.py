"""The catalog holds what the repository does: once, again without a change, and after what is there has changed."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from pipelines import harmonize
from services.catalog.models import File, Table
from services.catalog.store import Artefacts, Corpora, Rows
from services.catalog.sync import sync
from services.kit.database import Database
from taiyi import jsonl, layout, manifest, params
from taiyi.errors import Conflict, InvalidInput, NotFound, NotReady
from tests.services.catalog.conftest import CORPORA

both = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


def quiet(line: str) -> None:
    """Progress that nobody looks at."""


def everything(database: Database) -> dict[str, list[Any]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            name: sorted(map(repr, session.execute(select(table)))) for name, table in Table.metadata.tables.items()
        }


def kinds(database: Database, filter_text: str = "gone = false") -> dict[str, Any]:
    """Artefacts by path."""
    return {row.path: row for row, _ in Artefacts(database).page(filter_text, None, 1000).items}


def sources(database: Database, digest: str) -> set[str]:
    """The paths of what an artefact was made from."""
    return {row.path for row, _ in Artefacts(database).lineage(digest, "upstream", 1)[1:]}


@both
def test_every_stage_and_what_it_was_made_from_is_known(synced: Database) -> None:
    found = kinds(synced)
    assert {row.kind for row in found.values()} >= {
        "raw", "harmonised", "curated", "instructions", "base_model", "tokens", "adapter", "predictions", "evaluation",
        "templates", "benchmarks",
    }  # fmt: skip
    assert sources(synced, found["data/adapters/stage2"].digest) == {"data/tokens", "data/adapters/stage1"}
    assert sources(synced, found["data/records/sample_cdr"].digest) == {"data/raw"}
    assert sources(synced, found["data/instructions"].digest) == {"data/curated", "data/templates"}
    assert found["data/records/sample_cdr"].corpus == "sample_cdr"
    assert found["data/records/sample_cdr"].counts["train"] == 12
    upstream = [row.path for row, _ in Artefacts(synced).lineage(found["data/evaluation"].digest, "upstream", 0)]
    assert upstream[0] == "data/evaluation" and {"data/raw", "data/adapters/stage2", "data/templates"} <= set(upstream)
    downstream = [row.path for row, _ in Artefacts(synced).lineage(found["data/raw"].digest, "downstream", 0)]
    assert upstream.index("data/predictions") < upstream.index("data/adapters/stage2") < upstream.index("data/raw")
    assert {"data/evaluation", "data/adapters/stage2"} <= set(downstream) and "data/templates" not in downstream


@both
def test_run_again_it_changes_nothing(house: Path, synced: Database) -> None:
    before = everything(synced)
    said: list[str] = []
    assert not sync(house, synced, said.append)
    assert everything(synced) == before
    assert said[-1] == "nothing has changed"


@both
def test_a_changed_descriptor_changes_its_row_alone(house: Path, synced: Database) -> None:
    path = house / layout.DESCRIPTORS / "cmeee_v2.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("CBLUE", "CBLUE 蓝皮"), encoding="utf-8")
    changes = sync(house, synced, quiet)
    assert changes == {"corpora changed": 1}
    corpora: Corpora[str] = Corpora(synced, lambda row: row.title)
    assert corpora.shelf(None).get("cmeee_v2") == "CMeEE-V2, Chinese medical entities (CBLUE 蓝皮)"
    assert len(corpora.holding(("蓝 皮",))) == 1


@both
def test_a_corpus_that_is_described_no_more_is_kept_only_where_an_artefact_is_of_it(
    house: Path, synced: Database
) -> None:
    for corpus in ("sample_cdr", "cmeee_v2"):
        (house / layout.DESCRIPTORS / f"{corpus}.yaml").unlink()
    values = json.loads((house / layout.PARAMS).read_text())
    (house / layout.PARAMS).write_text(json.dumps(values | {"corpora": values["corpora"][1:]}))
    changes = sync(house, synced, quiet)
    assert (changes["corpora gone"], changes["corpora deleted"]) == (1, 1)
    corpora: Corpora[bool] = Corpora(synced, lambda row: row.gone)
    assert corpora.gone("sample_cdr") is True and corpora.shelf(None).get("sample_cdr") is None
    with pytest.raises(NotFound, match="no corpus 'cmeee_v2'"):
        corpora.gone("cmeee_v2")
    assert not sync(house, synced, quiet)


@both
def test_a_new_version_stands_beside_the_old_one_which_is_gone(house: Path, synced: Database) -> None:
    old = kinds(synced)
    with chdir(house):
        raw = layout.RAW / "sample_intent" / "train.json"
        raw.write_text(json.dumps(json.loads(raw.read_text())[:-1], ensure_ascii=False))
        harmonize.work("sample_intent", params.load(layout.PARAMS))
    changes = sync(house, synced, quiet)
    assert (changes["artefacts added"], changes["files changed"]) == (2, 4)
    new = kinds(synced)["data/records/sample_intent"]
    assert new.counts["train"] == old["data/records/sample_intent"].counts["train"] - 1
    gone = Artefacts(synced).get(old["data/records/sample_intent"].digest)[0]
    assert gone.gone and gone.counts == old["data/records/sample_intent"].counts
    assert sources(synced, kinds(synced)["data/curated"].digest) >= {"data/records/sample_intent"}
    assert not sync(house, synced, quiet)


def test_what_was_made_of_parts_keeps_its_source_when_that_is_gone(house: Path, synced: Database) -> None:
    adapter = kinds(synced)["data/adapters/stage1"].digest
    shutil.rmtree(house / layout.TOKENS)
    assert sync(house, synced, quiet)["artefacts gone"] == 1
    assert sources(synced, adapter) == {"data/base_model", "data/tokens"}
    assert "data/tokens" not in kinds(synced)


def test_a_folder_that_is_otherwise_than_its_manifest_says_is_gone(house: Path, synced: Database) -> None:
    (house / layout.ADAPTERS / "stage2" / "weights.safetensors").write_text("other")
    sync(house, synced, quiet)
    assert "data/adapters/stage2" not in kinds(synced)
    assert "data/adapters/stage2" in kinds(synced, "gone = true")


def test_an_input_that_nothing_made_is_an_artefact_by_itself(house: Path, database: Database) -> None:
    (house / layout.MANIFESTS / "acquire.json").unlink()
    sync(house, database, quiet)
    native = kinds(database)["data/raw/sample_cdr"]
    assert (native.kind, native.stage, native.corpus) == ("raw", "acquire", "sample_cdr")
    assert sources(database, kinds(database)["data/records/sample_cdr"].digest) == {"data/raw/sample_cdr"}


def test_two_folders_of_the_same_content_are_two_artefacts(house: Path, database: Database) -> None:
    with chdir(house):
        shutil.rmtree(layout.ADAPTERS / "stage1")
        shutil.copytree(layout.ADAPTERS / "stage2", layout.ADAPTERS / "stage1")
        for stage in ("stage1", "stage2"):
            folder = layout.ADAPTERS / stage
            inputs = [layout.ADAPTERS / "stage1"] if stage == "stage2" else []
            path = layout.manifest(f"train_{stage}")
            manifest.write(path, stage=f"train_{stage}", params={}, inputs=inputs, outputs=[folder])
    sync(house, database, quiet)
    found = kinds(database, "kind = adapter")
    assert found["data/adapters/stage1"].sha256 == found["data/adapters/stage2"].sha256
    assert sources(database, found["data/adapters/stage2"].digest) == {"data/adapters/stage1"}


def test_evaluations_elsewhere_are_taken_in_where_they_are_named(house: Path, synced: Database) -> None:
    shutil.copytree(house / layout.EVALUATION, house / "runs" / "other")
    scores = house / "runs" / "other" / "scores.json"
    scores.write_text(scores.read_text().replace('"macro"', '"name": "other", "macro"', 1))
    assert sync(house, synced, quiet, evaluations=["runs/other"])["evaluations added"] == 1
    assert {row.model for row in Artefacts(synced).evaluations(None, 10).items} == {"", "other"}
    assert not sync(house, synced, quiet)
    with pytest.raises(NotFound, match="no evaluation lies in runs/another"):
        sync(house, synced, quiet, evaluations=["runs/another"])


@both
def test_a_file_that_is_no_rows_is_named_and_nothing_is_changed(house: Path, synced: Database) -> None:
    before = everything(synced)
    path = house / layout.instructions("dev")
    path.write_bytes(path.read_bytes() + b'{"id": 5}\n')
    (house / layout.DESCRIPTORS / "cmeee_v2.yaml").unlink()
    with pytest.raises(InvalidInput, match=r"dev\.jsonl:\d+: Expected `str`"):
        sync(house, synced, quiet)
    assert everything(synced) == before


def test_a_damaged_manifest_is_named(house: Path, database: Database) -> None:
    (house / layout.MANIFESTS / "curate.json").write_text('{"stage": ')
    with pytest.raises(InvalidInput, match=r"curate\.json"):
        sync(house, database, quiet)


@both
def test_of_two_at_once_the_later_is_refused(house: Path, synced: Database) -> None:
    (house / layout.DESCRIPTORS / "cmeee_v2.yaml").unlink()

    def meanwhile(line: str) -> None:
        if line.endswith("artefacts"):
            sync(house, synced, quiet)

    with pytest.raises(Conflict, match="another synchronisation was first"):
        sync(house, synced, meanwhile)


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path, house: Path, database: Database) -> None:
    with pytest.raises(NotFound, match=r"params\.yaml does not exist"):
        sync(tmp_path, database, quiet)
    shutil.rmtree(house / layout.DESCRIPTORS)
    with pytest.raises(NotReady, match="holds no descriptor"):
        sync(house, database, quiet)


def test_every_row_is_found_where_the_catalog_says(house: Path, synced: Database) -> None:
    places = Rows(synced)
    with synced.reading() as session:
        paths = [house / path for path in session.scalars(select(File.path))]
    assert {path.parent.name for path in paths} >= {"train", "sample_cdr", "instructions", "predictions", "evaluation"}
    for path in paths:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                identifier = json.loads(line)["id"]
                name = path.relative_to(house).as_posix()
                [place] = [p for p in places.of(identifier) if (p.path, p.line, p.id) == (name, number, identifier)]
                with path.open("rb") as file:
                    file.seek(place.offset)
                    assert file.readline() == line


@both
def test_what_is_asked_of_rows_is_the_same_on_either_engine(house: Path, synced: Database) -> None:
    rows, artefacts = Rows(synced), Artefacts(synced)
    found, after = [], None
    while not found or after:
        page = rows.records("sample_cdr", "", after, 7)
        found += [place.id for place in page.items]
        after = page.after
    files = [house / layout.records("sample_cdr") / f"{split}.jsonl" for split in ("train", "dev", "test")]
    assert found == [json.loads(line)["id"] for path in files for line in path.read_text("utf-8").splitlines()]
    assert f"did you mean '{found[0]}" in str(rows.missing(found[0] + "0", "record", ["record"]))
    told, corpora = rows.policy([])
    assert told["use"] == "commercial" and [row.id for row in corpora] == sorted(CORPORA)
    seen, place = [], None
    while not seen or place:
        several = artefacts.page("NOT kind:adapt AND gone = false", place, 3)
        seen += [row.digest for row, _ in several.items]
        place = several.after
    whole = artefacts.page("kind != adapter gone != true", None, 1000).items
    assert seen == [row.digest for row, _ in whole] and len(seen) > 8
    times = [row.create_time for row, _ in whole]
    assert times == sorted(times, reverse=True)
    [evaluation] = artefacts.evaluations(None, 5).items
    assert len(artefacts.evaluation(evaluation.digest)[1]) == 6


def test_a_file_touched_but_not_changed_keeps_its_digest(house: Path, synced: Database) -> None:
    path = house / layout.instructions("dev")
    os.utime(path, ns=(1, 1))
    assert sync(house, synced, quiet) == {"files changed": 1}
    assert "data/instructions" in kinds(synced)


def test_a_row_without_an_evaluation_is_no_loss(house: Path, database: Database) -> None:
    jsonl.write(house / layout.PREDICTIONS / "test.jsonl", [])
    shutil.rmtree(house / layout.EVALUATION)
    changes = sync(house, database, quiet)
    assert changes["evaluations added"] == 0
    assert kinds(database, "gone = true").keys() >= {"data/evaluation", "data/predictions"}
