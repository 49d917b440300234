"""How a command ends: its exit status, and the error in a sentence: what, where, what to do.

0 done, 1 failed, 2 usage or refused, 3 not found, 4 unavailable, 5 conflict or something is missing first, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from taiyi.errors import Conflict, InvalidInput, NotFound, NotReady, TaiyiError

OK, FAILED, REFUSED, NOT_FOUND, UNAVAILABLE, CONFLICT, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
Run = Callable[[argparse.Namespace], int | None]


def ending(run: Run) -> Callable[[argparse.Namespace], None]:
    """The command with its errors told and its exit status: SystemExit for any but 0."""

    def ended(arguments: argparse.Namespace) -> None:
        try:
            status = run(arguments)
        except KeyboardInterrupt:
            status = INTERRUPTED
        except TaiyiError as error:
            status = _told(_core(error), arguments)
        except Exception as error:
            found = _service(error)
            if found is None:
                raise
            status = _told(found, arguments)
        if status:
            raise SystemExit(status)

    return ended


def _core(error: TaiyiError) -> dict[str, Any]:
    """An error of this process as it is told."""
    from services.kit.errors import refusal

    refused = refusal(error)
    away = refused is not None and refused.code.name in ("UNAVAILABLE", "RESOURCE_EXHAUSTED")
    kinds: tuple[tuple[type[TaiyiError], int], ...] = (
        (NotFound, NOT_FOUND), (InvalidInput, REFUSED), (Conflict, CONFLICT), (NotReady, CONFLICT)
    )  # fmt: skip
    status = UNAVAILABLE if away else next((status for kind, status in kinds if isinstance(error, kind)), FAILED)
    return {"status": status, "reason": refused.reason if refused else "FAILED", "message": str(error)}


def _service(error: Exception) -> dict[str, Any] | None:
    """An error of a call as it is told; None for what is a defect."""
    from taiyi_client import errors

    if not isinstance(error, errors.ServiceError):
        return None
    kinds = {
        errors.Refused: REFUSED, errors.NotFound: NOT_FOUND, errors.Unavailable: UNAVAILABLE, errors.Conflict: CONFLICT
    }  # fmt: skip
    return {
        "status": kinds.get(type(error), FAILED),
        "reason": error.reason,
        "message": f"{error.where}: {error.message}",
        "fields": error.fields,
        "remedy": error.remedy,
    }


def _told(error: dict[str, Any], arguments: argparse.Namespace) -> int:
    """Print an error: as an object where JSON is asked for."""
    status: int = error["status"]
    if getattr(arguments, "json", False):
        print(json.dumps({"error": error}, ensure_ascii=False), file=sys.stderr)
        return status
    fields = [f"{name}: {problem}" for name, problem in error.get("fields", {}).items()]
    fields = [field for field in fields if field not in error["message"]]
    lines = [f"taiyi: {error['message']} [{error['reason']}]", *fields, error.get("remedy", "")]
    print("\n  ".join(line for line in lines if line), file=sys.stderr)
    return status
