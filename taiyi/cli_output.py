"""What the `taiyi` command prints: JSON for programs, tables and cards for people, progress where someone is looking."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from rich.console import Console

    from taiyi.corpora.card import Card, SplitCard
    from taiyi.corpora.descriptor import Descriptor
    from taiyi.instances import Instance

T = TypeVar("T")

_EVERY = 10_000
_PIPED_WIDTH = 200
_TONES = ("cyan", "green", "yellow", "magenta", "blue", "red")


def json(value: Any) -> None:
    """Print a value as indented JSON."""
    from taiyi import jsonl

    sys.stdout.write(jsonl.pretty(value))


def lines(rows: Iterable[Any]) -> None:
    """Print rows as JSON Lines."""
    import msgspec

    encode = msgspec.json.Encoder().encode
    for row in rows:
        sys.stdout.write(encode(row).decode() + "\n")


def console() -> Console:
    """What prints for people: as wide as the terminal; into a pipe or file, lines are as long as they need to be."""
    from rich.console import Console

    class Piped(Console):
        """Lets a reader that has gone (`| head`) end the command as it does where nothing is a table."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Piped(width=None if sys.stdout.isatty() else _PIPED_WIDTH)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, one_line: bool = False) -> None:
    """Print a table, fitted to the terminal; the first column is never broken. one_line: cut what is too long."""
    from rich.markup import escape
    from rich.table import Table

    made = Table(title=escape(title), title_justify="left")
    for number, column in enumerate(columns):
        made.add_column(column, overflow="ellipsis" if one_line else "fold", no_wrap=one_line or number == 0)
    for row in rows:
        made.add_row(*map(escape, row))
    console().print(made)


def progress(what: str, items: Iterable[T]) -> Iterator[T]:
    """The items; how many went by is shown on standard error while it is a terminal."""
    shown = sys.stderr.isatty()
    number = 0
    for number, item in enumerate(items, start=1):
        if shown and number % _EVERY == 0:
            sys.stderr.write(f"\r{what}: {number:,} records")
        yield item
    if shown and number >= _EVERY:
        sys.stderr.write("\r\x1b[K")


@contextmanager
def download_bar() -> Iterator[Callable[[int, int | None], None]]:
    """A bar on standard error, to be told (bytes there, bytes in all or None)."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("download", total=None, start=True, visible=False)
        yield lambda done, of: bar.update(task, completed=done, total=of, visible=True)


def conversation(instance: Instance) -> None:
    """An instance, for people: who says what, the gold answer last."""
    rows: list[tuple[str, str]] = [(turn.role, turn.text) for turn in instance.turns]
    rows += [("reference", text) for text in instance.references]
    table(instance.id, ("who", "says"), rows)


def as_seen(title: str, pieces: Sequence[tuple[str, bool]]) -> None:
    """A conversation with the template's marks, for people; what the loss is taken over stands in colour."""
    from rich.text import Text

    shown = console()
    shown.print(title, style="italic", markup=False, highlight=False)
    shown.print(Text.assemble(*((text, "green" if in_loss else "") for text, in_loss in pieces)))


def describe(d: Descriptor) -> None:
    """All that a descriptor says, for people."""
    rows = [
        ("title", d.title),
        ("标题", d.title_zh),
        ("language", " ".join(d.languages or (d.language,))),
        ("tasks", " ".join(d.tasks)),
        ("licence", f"{d.licence.name} ({d.licence.terms})" + (f"; {d.licence.source}" if d.licence.source else "")),
        ("access", d.access),
        ("benchmark", d.benchmark.replace("_", " ")),
        ("homepage", d.homepage),
        *(("download", f"{download.url} {download.note}") for download in d.downloads),
        ("citation", d.citation),
        ("in the paper", _in_the_paper(d)),
        ("reader", d.reader),
        *(("note", note) for note in d.notes),
    ]
    table(d.id, ("what", ""), [row for row in rows if row[1]])
    splits = [
        (
            name,
            d.use(name),
            f"{split.documents:,}" if split.documents else "",
            split.reader or d.reader,
            " ".join(split.files),
        )
        for name, split in d.splits.items()
    ]
    table("splits", ("split", "use", "documented", "reader", "files"), splits)
    types = [
        (task, native, str(name)) for task, spec in d.tasks.items() for native, name in spec.get("types", {}).items()
    ]
    if types:
        table("types", ("task", "native", "asked for as"), types)


def _in_the_paper(d: Descriptor) -> str:
    if d.paper is None:
        return ""
    sizes = " ".join(f"{name} {size:,}" for name, size in d.paper.sizes.items())
    trained = " ".join(f"{task} {count:,}" for task, count in d.paper.trained.items()) or "not trained on"
    return f"{d.paper.name}, {d.paper.language} {d.paper.number or ''}: {' '.join(d.paper.tasks)}; {sizes}; instances: {trained}"


def card(made: Card) -> None:
    """A data card, for people."""
    describe(made.described)
    for split in made.splits:
        _split(made.described.id, split)


def _split(corpus: str, split: SplitCard) -> None:
    from taiyi.corpora import counts

    table(
        f"{corpus}/{split.name}", ("what", "name", "count"), [(w, n, f"{c:,}") for w, n, c in counts.rows(split.counts)]
    )
    lengths = split.lengths
    print(
        f"characters a record: median {lengths.median:,}, 95 of 100 up to {lengths.p95:,}, longest {lengths.longest:,}"
    )
    print("  " + _sparkline([count for _, count in lengths.bins]) + f"  0 to {lengths.bins[-1][0]:,}")
    if split.findings:
        table(
            "findings",
            ("what", "count", "example"),
            [(f.what, f"{f.count:,}", f.example[:200]) for f in split.findings],
        )
    shown = console()
    for example in split.examples:
        shown.print(f"\n[bold]{example.id}[/bold]", highlight=False)
        for name, parts in example.parts:
            shown.print(f"{name}: ", style="dim", end="", markup=False, highlight=False)
            for piece, after in zip(parts, (*parts[1:], None), strict=True):
                shown.print(piece.text, style=_tone(piece.types), end="", markup=False, highlight=False)
                ended = [kind for kind in piece.types if after is None or kind not in after.types]
                if ended:
                    shown.print(f" [{', '.join(ended)}]", style="dim", end="", markup=False, highlight=False)
            shown.print()


def _tone(types: tuple[str, ...]) -> str:
    return f"bold {_TONES[sum(map(ord, types[-1])) % len(_TONES)]} underline" if types else ""


def _sparkline(values: Sequence[int]) -> str:
    most = max(values, default=0) or 1
    return "".join("▁▂▃▄▅▆▇█"[min(7, value * 8 // most)] if value else " " for value in values)
