"""Instructions: records x templates -> instances."""

from taiyi.instructions.mixing import capped, drawn, of_stage, rank, stage_tasks
from taiyi.instructions.rendering import Wording, render
from taiyi.instructions.specs import task_spec
from taiyi.instructions.templates import chosen_wordings, templates, worded

__all__ = [
    "Wording",
    "capped",
    "chosen_wordings",
    "drawn",
    "of_stage",
    "rank",
    "render",
    "stage_tasks",
    "task_spec",
    "templates",
    "worded",
]
