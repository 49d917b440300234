"""Work done ahead keeps order, brings errors where they belong, and holds no more than three batches."""

import threading
from collections.abc import Iterator

import pytest

from taiyi.llm.ahead import ahead


def test_batches_come_in_order_with_what_was_made_of_them() -> None:
    assert list(ahead(range(50), lambda n: n * n)) == [(n, n * n) for n in range(50)]
    assert list(ahead([], str)) == []


def test_an_error_comes_in_the_place_of_its_batch() -> None:
    found: list[int] = []
    with pytest.raises(ZeroDivisionError):
        found.extend(n for n, _ in ahead([1, 2, 0, 4], lambda n: 1 / n))
    assert found == [1, 2]


def test_the_next_two_batches_are_worked_on_while_one_is_used_and_no_more_is_read() -> None:
    read: list[int] = []
    begun = threading.Semaphore(0)

    def batches() -> Iterator[int]:
        for n in range(5):
            read.append(n)
            yield n

    def work(n: int) -> int:
        begun.release()
        return n

    stream = ahead(batches(), work)
    assert next(stream) == (0, 0)
    assert all(begun.acquire(timeout=5) for _ in range(3))
    assert read == [0, 1, 2]
    stream.close()
