"""During training: when to score and save, which step is the best so far, the curve, and what a resumed run needs of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from taiyi import jsonl
from taiyi.llm import durable
from taiyi.llm.spec import Advance, HistoryRow, Progress, Watch, Wish

_STATE = "selection.json"
_KEPT = 2
"""Checkpoints kept: the newest, and the one before it in case that is damaged."""


class _State(msgspec.Struct, frozen=True):
    """loss_sum, loss_since: the loss summed since the last logged step, and that step, so that the curve goes on too."""

    best_step: int
    best_score: float | None
    history: tuple[HistoryRow, ...]
    loss_sum: float = 0.0
    loss_since: int = 0


class Selection:
    """Scores at intervals, saves a checkpoint with each, and keeps a copy of the best adapter as `best-<step>`.

    evaluate: step -> scores, or None. publish: (checkpoint's folder, step, score) -> makes the copy.
    every, save_every: steps between evaluations and between further checkpoints; 0: at the end only.
    The trainer writes its checkpoints into `writing`; complete ones are published in the folder, under the fingerprint.
    wish: asked after every step; when it says stop, a checkpoint is saved, training ends, and `stopped` is true.
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
        fingerprint: str = "",
        watch: Watch = lambda advance: None,
        wish: Wish = lambda: "go_on",
    ) -> None:
        self._folder, self._evaluate, self._publish, self._progress = folder, evaluate, publish, progress
        self._every, self._save_every = every, save_every
        self._fingerprint, self._watch, self._wish = fingerprint, watch, wish
        self.stopped = False
        self._trainer: Any = None
        self._resumed: _State | None = None
        self.best_step = 0
        self.best_score: float | None = None
        self.history: list[HistoryRow] = []
        self.resumed_from = 0
        self._tokens_before = 0
        self._clock = _Clock()

    def resume(self, checkpoint: Path) -> None:
        """Go on from what was known when that checkpoint was saved."""
        state: _State = jsonl.read_json(checkpoint / _STATE, _State)
        self._resumed = state
        self.best_step, self.best_score, self.history = state.best_step, state.best_score, list(state.history)
        self.resumed_from = int(checkpoint.name.rpartition("-")[2])
        trainer_state = jsonl.read_json(checkpoint / "trainer_state.json")
        self._tokens_before = int(trainer_state["num_input_tokens_seen"])
        self._clock = _Clock(self._tokens_before, self.resumed_from)

    def tokens_read(self, state: Any) -> int:
        """Tokens read by this process, padding included."""
        return int(state.num_input_tokens_seen) - self._tokens_before

    @property
    def writing(self) -> Path:
        """Where the trainer writes what is not complete yet."""
        return self._folder / "writing"

    def attach(self, trainer: Any) -> None:
        """Know the trainer whose sums of the loss are kept with its checkpoints."""
        self._trainer = trainer
        trainer.add_callback(self.callback())

    def callback(self) -> Any:
        """This, as a transformers.TrainerCallback."""
        import transformers

        selection = self

        class Callback(transformers.TrainerCallback):
            """Hands the trainer's events on."""

            def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
                selection._begin()

            def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
                control.should_save = selection._after_step(state)
                if selection.stopped:
                    control.should_save = control.should_training_stop = True

            def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
                selection._log(state, logs or {})

            def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
                if state.is_world_process_zero:
                    selection._saved(state)

        return Callback()

    def _begin(self) -> None:
        """Sum the loss on from where the checkpoint was."""
        if self._trainer is not None and self._resumed is not None:
            self._trainer._tr_loss += self._resumed.loss_sum
            self._trainer._globalstep_last_logged = self._resumed.loss_since

    def _after_step(self, state: Any) -> bool:
        """Evaluate if it is time; whether to save a checkpoint now."""
        step, last = state.global_step, state.global_step >= state.max_steps
        due = last or (self._every > 0 and step % self._every == 0)
        if due and self._evaluate is not None:
            with self._clock.paused():
                scores = self._evaluate(step)
            self.history.append(HistoryRow(step, scores=scores))
            self._progress(f"step {step}/{state.max_steps} " + " ".join(f"{k} {v:.3f}" for k, v in scores.items()))
            self._watch(Advance(step, state.max_steps, scores=scores))
            if self.best_score is None or scores["score"] > self.best_score:
                self.best_step, self.best_score = step, scores["score"]
        elif self._evaluate is None:
            self.best_step = step
        self._watch(Advance(step, state.max_steps))
        wish = self._wish()
        self.stopped = wish == "stop" and not last
        due = due or wish == "save"
        return due or (self._save_every > 0 and step % self._save_every == 0)

    def _log(self, state: Any, logs: dict[str, float]) -> None:
        if "loss" not in logs:
            return
        rate, seconds_a_step = self._clock.lap(int(state.num_input_tokens_seen), state.global_step)
        row = HistoryRow(state.global_step, float(logs["loss"]), float(logs["learning_rate"]), rate)
        self.history.append(row)
        left = seconds_a_step * (state.max_steps - state.global_step)
        self._watch(Advance(state.global_step, state.max_steps, row.loss, rate, left, _gpu_memory_bytes()))
        minutes, seconds = divmod(round(left), 60)
        self._progress(
            f"step {state.global_step}/{state.max_steps} loss {row.loss:.3f} {rate:,.0f} tokens/s {minutes}:{seconds:02} left"
        )

    def _saved(self, state: Any) -> None:
        """A checkpoint is written: keep its adapter if it is the best, then publish both."""
        step = state.global_step
        source = durable.folder_of(self.writing, step)
        if self.best_step == step:
            self._publish(source, step, self.best_score)
        summed, since = 0.0, step
        if self._trainer is not None:
            summed, since = float(self._trainer._tr_loss), self._trainer._globalstep_last_logged
        jsonl.write_json(source / _STATE, _State(self.best_step, self.best_score, tuple(self.history), summed, since))
        best = self._folder / f"best-{self.best_step}"
        durable.publish(source, self._folder, self._fingerprint, step, [best] if best.exists() else [])
        durable.prune(self._folder, _KEPT)
        self._watch(Advance(step, state.max_steps, checkpoint=True))


def _gpu_memory_bytes() -> int | None:
    """The most GPU memory that this process has held; None without a GPU."""
    import torch

    return int(torch.cuda.max_memory_allocated()) if torch.cuda.is_available() else None


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
