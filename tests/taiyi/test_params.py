"""params.yaml as types: what ships is valid, and what is misspelt or of the wrong kind is refused with its line."""

from pathlib import Path
from typing import Any, get_type_hints

import pytest

from pipelines import overlay
from taiyi import params, strict_yaml
from taiyi.errors import InvalidParams


def test_the_shipped_parameters_are_valid(root: Path) -> None:
    told = params.load(root / "params.yaml")
    assert set(told.train.stage1.tasks) < set(told.train.stage2.tasks)


def test_the_overlay_for_real_corpora_is_valid_over_them(root: Path, tmp_path: Path) -> None:
    values = overlay.merged(strict_yaml.load(root / "params.yaml"), strict_yaml.load(root / "params.real.yaml"))
    assert strict_yaml.convert(values, params.Params, root / "params.real.yaml").preset == "real"


def missing(kind: type, values: dict[str, Any], where: str = "") -> list[str]:
    """Fields of the parameters that the plain values do not spell out."""
    found = []
    for name, hint in get_type_hints(kind).items():
        if name not in values:
            found.append(f"{where}{name}")
        elif isinstance(values[name], dict) and isinstance(hint, type):
            found += missing(hint, values[name], f"{where}{name}.")
    return found


def test_every_parameter_is_written_out_for_the_user(root: Path) -> None:
    assert missing(params.Params, strict_yaml.load(root / "params.yaml")) == []


def test_a_misspelt_key_is_refused_with_its_line(root: Path, tmp_path: Path) -> None:
    lines = (root / "params.yaml").read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if line.strip().startswith("dropout:"))
    lines[number] = lines[number].replace("dropout", "dropuot")
    path = tmp_path / "params.yaml"
    path.write_text("\n".join(lines))
    with pytest.raises(InvalidParams, match=rf"params\.yaml:{number + 1}.*dropuot"):
        params.load(path)
