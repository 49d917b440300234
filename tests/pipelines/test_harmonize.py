"""Reading one corpus as the pipeline does: a split that holds nothing stops it, and leaves what was read before."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import harmonize
from taiyi import layout, manifest, params, samples
from taiyi.errors import InvalidInput
from taiyi.params import Params

CORPUS = "sample_intent"


@pytest.fixture
def told(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Params:
    """The shipped parameters, in a folder with small sample corpora, one of them harmonised."""
    (tmp_path / "data").mkdir()
    (tmp_path / layout.DESCRIPTORS).symlink_to(root / layout.DESCRIPTORS)
    monkeypatch.chdir(tmp_path)
    loaded = params.load(root / layout.PARAMS)
    samples.write(layout.RAW, documents=20, seed=13)
    harmonize.work(CORPUS, loaded)
    return loaded


def test_a_split_without_a_record_is_named_with_its_files_and_nothing_is_lost(told: Params) -> None:
    before = manifest.digest(layout.records(CORPUS))
    (layout.RAW / CORPUS / "dev.json").write_text("[]")
    with pytest.raises(InvalidInput, match=rf"(?s){CORPUS}: the split dev holds no record \(dev\.json\).*optional"):
        harmonize.work(CORPUS, told)
    assert manifest.digest(layout.records(CORPUS)) == before


def test_an_empty_file_is_named(told: Params) -> None:
    (layout.RAW / CORPUS / "train.json").write_text("")
    with pytest.raises(InvalidInput, match=r"train\.json"):
        harmonize.work(CORPUS, told)
