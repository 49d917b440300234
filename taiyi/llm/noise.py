"""What the libraries say on their own account, silenced: a stage prints its own lines."""

from __future__ import annotations

from typing import Any


def silence() -> None:
    """No progress bars and no advice from transformers, peft and bitsandbytes: a stage prints its own lines."""
    import logging
    import warnings

    # It looks for a package of faster CPU kernels when imported, and says so; transformers imports it.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    import transformers

    # peft 0.21 asks transformers 5.23 under names that are about to go.
    warnings.filterwarnings("ignore", r"`.*gradient_checkpointing.*` is deprecated", FutureWarning, "transformers")
    verbosity: Any = transformers.logging
    verbosity.set_verbosity_error()
    verbosity.disable_progress_bar()
