"""sha256 of files and folders, not computed again while their listing stays the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from taiyi import manifest


class Digests:
    """Digests of what lies below a root, by path as manifests name it. known: path -> (listing, sha256) from before."""

    def __init__(self, root: Path, known: Mapping[str, tuple[str, str]]) -> None:
        self._root, self._known = root, known
        self._asked: dict[str, str] = {}
        self.new: dict[str, tuple[str, str]] = {}

    def of(self, path: str) -> str:
        """The sha256 as taiyi.manifest computes it; empty where there is nothing."""
        if path not in self._asked:
            self._asked[path] = self._looked_up(path)
        return self._asked[path]

    def _looked_up(self, path: str) -> str:
        there = self._root / path
        if not there.exists():
            return ""
        listing = _listing(there)
        before = self._known.get(path, ("", ""))
        if before[0] == listing:
            return before[1]
        sha256 = manifest.digest(there)
        self.new[path] = (listing, sha256)
        return sha256


def _listing(path: Path) -> str:
    """sha256 of the sorted names, sizes and times of a file or of all files of a folder."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if "__pycache__" not in p.parts)
    rows = []
    for file in files:
        stat = file.stat()
        if file.is_file():
            rows.append(f"{file.relative_to(path).as_posix()}\0{stat.st_size}\0{stat.st_mtime_ns}\0{stat.st_ino}")
    return manifest.text_digest(*rows)
