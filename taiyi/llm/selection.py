"""During training: when to score and save, which step is the best so far, the curve, and what a resumed run needs of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from taiyi import jsonl
from taiyi.llm.spec import HistoryRow, Progress

_STATE = "selection.json"


class _State(msgspec.Struct, frozen=True):
    best_step: int
    best_score: float | None
    history: tuple[HistoryRow, ...]


def newest_good(folder: Path) -> Path | None:
    """The newest checkpoint that was saved completely (its selection.json is written last), or None."""
    good = [path for path in folder.glob("checkpoint-*") if (path / _STATE).exists()]
    return max(good, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


class Selection:
    """Scores at intervals, saves a checkpoint with each, and keeps a copy of the best adapter as `best-<step>`.

    evaluate: step -> scores, or None. publish: (checkpoint's folder, step, score) -> makes the copy.
    every, save_every: steps between evaluations and between further checkpoints; 0: at the end only.
    """

    def __init__(
        self,
        folder: Path,
        *,
        evaluate: Callable[[int], dict[str, float]] | None,
        publish: Callable[[Path, int, float | None], None],
        every: int,
        save_every: int,
        progress: Progress,
    ) -> None:
        self._folder, self._evaluate, self._publish, self._progress = folder, evaluate, publish, progress
        self._every, self._save_every = every, save_every
        self.best_step = 0
        self.best_score: float | None = None
        self.history: list[HistoryRow] = []
        self.resumed_from = 0
        self._tokens_before = 0
        self._clock = _Clock()

    def resume(self, checkpoint: Path) -> None:
        """Go on from what was known when that checkpoint was saved."""
        state: _State = jsonl.read_json(checkpoint / _STATE, _State)
        self.best_step, self.best_score, self.history = state.best_step, state.best_score, list(state.history)
        self.resumed_from = int(checkpoint.name.rpartition("-")[2])
        trainer_state = jsonl.read_json(checkpoint / "trainer_state.json")
        self._tokens_before = int(trainer_state["num_input_tokens_seen"])
        self._clock = _Clock(self._tokens_before, self.resumed_from)

    def tokens_read(self, state: Any) -> int:
        """Tokens read by this process, padding included."""
        return int(state.num_input_tokens_seen) - self._tokens_before

    def callback(self) -> Any:
        """This, as a transformers.TrainerCallback."""
        import transformers

        selection = self

        class Callback(transformers.TrainerCallback):
            """Hands the trainer's events on."""

            def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
                control.should_save = selection._after_step(state)

            def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
                selection._log(state, logs or {})

            def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
                if state.is_world_process_zero:
                    selection._saved(state.global_step)

        return Callback()

    def _after_step(self, state: Any) -> bool:
        """Evaluate if it is time; whether to save a checkpoint now."""
        step, last = state.global_step, state.global_step >= state.max_steps
        due = last or (self._every > 0 and step % self._every == 0)
        if due and self._evaluate is not None:
            with self._clock.paused():
                scores = self._evaluate(step)
            self.history.append(HistoryRow(step, scores=scores))
            self._progress(f"step {step}/{state.max_steps} " + " ".join(f"{k} {v:.3f}" for k, v in scores.items()))
            if self.best_score is None or scores["score"] > self.best_score:
                self.best_step, self.best_score = step, scores["score"]
        elif self._evaluate is None:
            self.best_step = step
        return due or (self._save_every > 0 and step % self._save_every == 0)

    def _log(self, state: Any, logs: dict[str, float]) -> None:
        if "loss" not in logs:
            return
        rate, seconds_a_step = self._clock.lap(int(state.num_input_tokens_seen), state.global_step)
        row = HistoryRow(state.global_step, float(logs["loss"]), float(logs["learning_rate"]), rate)
        self.history.append(row)
        minutes, seconds = divmod(round(seconds_a_step * (state.max_steps - state.global_step)), 60)
        self._progress(
            f"step {state.global_step}/{state.max_steps} loss {row.loss:.3f} {rate:,.0f} tokens/s {minutes}:{seconds:02} left"
        )

    def _saved(self, step: int) -> None:
        """A checkpoint is complete: keep its adapter if it is the best, then mark it good."""
        source = self._folder / f"checkpoint-{step}"
        if self.best_step == step:
            self._publish(source, step, self.best_score)
        jsonl.write_json(source / _STATE, _State(self.best_step, self.best_score, tuple(self.history)))
        for stale in self._folder.glob("best-*"):
            if stale.name != f"best-{self.best_step}":
                shutil.rmtree(stale)


class _Clock:
    """Tokens a second and seconds a step since the last lap; time spent on evaluation is left out."""

    def __init__(self, tokens: int = 0, step: int = 0) -> None:
        self._since, self._tokens, self._step, self._idle_seconds = time.monotonic(), tokens, step, 0.0

    def lap(self, tokens: int, step: int) -> tuple[float, float]:
        """(tokens a second, seconds a step); a new lap begins."""
        seconds = max(1e-6, time.monotonic() - self._since - self._idle_seconds)
        rates = (tokens - self._tokens) / seconds, seconds / max(1, step - self._step)
        self._since, self._tokens, self._step, self._idle_seconds = time.monotonic(), tokens, step, 0.0
        return rates

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Time that does not count."""
        started = time.monotonic()
        yield
        self._idle_seconds += time.monotonic() - started
