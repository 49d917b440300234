"""What holds of every measure, whatever module offers it."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from taiyi.errors import InvalidInput, NotFound
from taiyi.metrics import measures
from taiyi.metrics.measures import Metric, make, one_of

every_measure = pytest.mark.parametrize("name", sorted(measures.makers()))


@every_measure
def test_its_settings_are_texts_that_its_description_explains(name: str) -> None:
    maker = measures.makers()[name]
    about = inspect.getdoc(maker) or ""
    for setting, parameter in inspect.signature(maker).parameters.items():
        if setting != "task":
            assert isinstance(parameter.default, str) and parameter.kind is inspect.Parameter.KEYWORD_ONLY
            assert setting in about, f"{name}: {setting}"


@every_measure
def test_a_setting_that_it_does_not_have_is_refused(name: str) -> None:
    with pytest.raises(NotFound, match=f"setting of the metric {name}"):
        make(Metric(name, {"casing": "fold"}), task="re")


def test_a_metric_that_does_not_exist_is_answered_with_what_is_close() -> None:
    with pytest.raises(NotFound, match="accuracy"):
        make(Metric("acuracy"), task="tc")
    with pytest.raises(NotFound, match="set_f1"):
        measures.settings("set_f")


def test_a_value_is_one_of_its_choices() -> None:
    assert one_of("a", ("a", "b"), "letter") == "a"
    with pytest.raises(InvalidInput, match="one of a, b"):
        one_of("c", ("a", "b"), "letter")


def test_no_rows_make_no_figure() -> None:
    assert make(Metric("set_f1"), task="ner").of_rows(np.zeros((0, 3))) == 0.0
