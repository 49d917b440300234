"""Page tokens: they lead on, fit only their request, and cannot be made up."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taiyi_api.renderer.v1.renderer_service_pb2 import ListTemplatesRequest
from taiyi_api.scorer.v1.scorer_service_pb2 import ListBenchmarksRequest

from services.kit import pages
from services.kit.errors import Refusal
from services.kit.pages import Page, Pages

PAGES = Pages(b"k" * 32)
POSITIONS = st.recursive(
    st.none() | st.integers(-(2**60), 2**60) | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@given(POSITIONS)
def test_a_token_leads_to_its_position(after: object) -> None:
    request = ListTemplatesRequest(task="ner", page_size=7)
    request.page_token = PAGES.token(request, after)
    assert PAGES.read(request) == Page(7, after)
    assert len(request.page_token) < 1000 or len(str(after)) > 500


@pytest.mark.parametrize(("asked", "given_"), [(0, 50), (1, 1), (1000, 1000), (1001, 1000), (2**31 - 1, 1000)])
def test_sizes_are_defaulted_and_clamped(asked: int, given_: int) -> None:
    assert PAGES.read(ListTemplatesRequest(page_size=asked)) == Page(given_, None)


def test_the_size_may_change_on_the_way_and_nothing_else() -> None:
    token = PAGES.token(ListTemplatesRequest(task="ner", page_size=7), "a")
    assert PAGES.read(ListTemplatesRequest(task="ner", page_size=9, page_token=token)).after == "a"
    for other in (
        ListTemplatesRequest(task="re", page_token=token),
        ListTemplatesRequest(task="ner", language="zh", page_token=token),
        ListTemplatesRequest(page_token=token),
        ListBenchmarksRequest(page_token=token),
    ):
        _refused(PAGES, other)


@given(st.text(max_size=100) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_a_token_cannot_be_made_up(token: str) -> None:
    if token:
        _refused(PAGES, ListTemplatesRequest(page_token=token))


def test_a_token_of_another_server_or_with_a_changed_letter_is_refused() -> None:
    request = ListTemplatesRequest()
    token = PAGES.token(request, ["bc5cdr", 3])
    _refused(Pages(b"other"), ListTemplatesRequest(page_token=token))
    for at in range(len(token) - 1):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        _refused(PAGES, ListTemplatesRequest(page_token=changed))


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        PAGES.read(ListTemplatesRequest(page_size=-1))
    assert refused.value.violations[0][0] == "page_size"


def test_all_who_start_at_once_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: pages.key(tmp_path / "state"), range(40)))
    assert len(keys) == 1 and len(keys.pop()) == 32
    (file,) = (tmp_path / "state").iterdir()
    assert file.stat().st_mode & 0o077 == 0


def _refused(of: Pages, request: object) -> None:
    with pytest.raises(Refusal) as refused:
        of.read(request)  # type: ignore[arg-type]
    assert refused.value.violations[0][0] == "page_token"
