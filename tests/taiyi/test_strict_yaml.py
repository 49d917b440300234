"""YAML into frozen types: nothing is read as what it is not, and an error names file and line."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from taiyi import strict_yaml
from taiyi.errors import InvalidInput, InvalidParams, NotFound


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rate: float = 0.0
    tasks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.rate > 1:
            raise InvalidInput("the rate is over 1", remedy="give a smaller one")


class Train(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    stage1: Stage = Stage()
    stage2: Stage = Stage()


def load(folder: Path, text: str) -> Any:
    path = folder / "p.yaml"
    path.write_text(text, encoding="utf-8")
    return strict_yaml.load(path)


def convert(folder: Path, text: str) -> Train:
    return strict_yaml.convert(load(folder, text), Train, folder / "p.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("1e-3", 1e-3),
        ("2E5", 2e5),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("-5", -5),
        ("0", 0),
        ("0x1F", 31),
        ("010", "010"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("2020-01-01", "2020-01-01"),
        ("1.2.3", "1.2.3"),
        ("=", "="),
        ("中文", "中文"),
    ],
)
def test_a_plain_value_is_read_as_yaml_1_2_reads_it(tmp_path: Path, text: str, value: object) -> None:
    read = load(tmp_path, f"a: {text}\n")["a"]
    assert read == value
    assert type(read) is type(value)


def test_a_key_given_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match=r"p\.yaml:4: the key 'rate' is given twice"):
        load(tmp_path, "stage1:\n  rate: 1\n  tasks: []\n  rate: 2\n")


def test_the_same_key_may_stand_in_two_mappings(tmp_path: Path) -> None:
    assert load(tmp_path, "a: {rate: 1}\nb: {rate: 2}\n") == {"a": {"rate": 1}, "b": {"rate": 2}}


@pytest.mark.parametrize("text", ["[a, b]: c\n", "? {a: b}\n: c\n"])
def test_a_key_that_is_not_plain_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidParams, match=r"p\.yaml:1: a key must be one plain value"):
        load(tmp_path, text)


def test_a_syntax_error_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match=r"p\.yaml:3: "):
        load(tmp_path, "a: 1\nb: [1,\n")


def test_a_tag_that_would_run_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match="could not determine a constructor"):
        load(tmp_path, "a: !!python/object/apply:os.getcwd []\n")


@pytest.mark.parametrize("content", [b"a: \xff\n", b"a: \x01\n", b"a: !!int x\n", b"a: !!bool x\n"])
def test_what_is_not_text_or_not_its_type_names_the_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p.yaml").write_bytes(content)
    with pytest.raises(InvalidParams, match=r"p\.yaml: cannot be read"):
        strict_yaml.load(tmp_path / "p.yaml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"p\.yaml does not exist"):
        strict_yaml.load(tmp_path / "p.yaml")


def test_values_become_typed(tmp_path: Path) -> None:
    train = convert(tmp_path, "stage2:\n  rate: 1e-4\n  tasks: [ner, re]\n")
    assert train == Train(stage2=Stage(rate=1e-4, tasks=("ner", "re")))


def test_an_unknown_key_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match=r"p\.yaml:5: .*unknown field `rat`"):
        convert(tmp_path, "stage1:\n  rate: 1\nstage2:\n  tasks: []\n  rat: 1\n")


def test_a_wrong_type_is_named_with_the_line_of_its_own_key(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match=r"p\.yaml:4: Expected `float`, got `str`"):
        convert(tmp_path, "stage1:\n  rate: 1\nstage2:\n  rate: fast\n")


def test_a_broken_rule_keeps_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams) as caught:
        convert(tmp_path, "stage1:\n  rate: 2\n")
    assert caught.value.problem == "the rate is over 1"
    assert caught.value.remedy == "give a smaller one"
    assert caught.value.where == str(tmp_path / "p.yaml")


def test_a_file_without_mapping_is_refused_by_name(tmp_path: Path) -> None:
    for text in ("", "- a\n", "a\n"):
        with pytest.raises(InvalidParams, match=r"p\.yaml: Expected `object`"):
            convert(tmp_path, text)
