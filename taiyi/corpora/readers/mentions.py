"""The one place where native offsets and native mention text become an Entity."""

from __future__ import annotations

from typing import Literal

OnMismatch = Literal["refuse", "repair", "drop"]
