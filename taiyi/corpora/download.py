"""A file from a URL: what was begun is gone on with, and what arrives must have the checksum."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from taiyi import process
from taiyi.errors import InvalidInput, TaiyiError

_BLOCK_BYTES = 1 << 20
_TIMEOUT_SECONDS = 60

Progress = Callable[[int, int | None], None]
"""Told how many bytes are there, and of how many (None: the server does not say)."""


def is_url(source: str) -> bool:
    """Whether a source is a URL (http or https), and no path."""
    return urlsplit(source).scheme in ("http", "https")


def fetch(url: str, folder: Path, *, sha256: str = "", progress: Progress = lambda done, of: None) -> Path:
    """The file at `url`, in `folder` under a name made from it. Begun downloads resume where the server can.

    TaiyiError if it cannot be had (run again to go on), InvalidInput if its sha256 is another; it is deleted then.
    """
    if not is_url(url):
        raise InvalidInput(f"{url!r} is no http or https URL")
    name = Path(urlsplit(url).path).name or "download"
    place = folder / hashlib.sha256(url.encode()).hexdigest()[:16]
    place.mkdir(parents=True, exist_ok=True)
    whole, part = place / name, place / f"{name}.part"
    with process.exclusive(place):
        if not whole.exists():
            try:
                _download(url, part, progress)
            except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
                raise TaiyiError(f"{url}: {error}; run the command again to go on with it") from error
            part.rename(whole)
        _verify(whole, sha256, url)
    return whole


def _download(url: str, part: Path, progress: Progress) -> None:
    there = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": "taiyi", **({"Range": f"bytes={there}-"} if there else {})}
    request = urllib.request.Request(url, headers=headers)
    try:
        response = urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not there:
            raise
        part.unlink()  # what is there is not a beginning of what the server has now
        return _download(url, part, progress)
    with response:
        resumed = response.status == http.HTTPStatus.PARTIAL_CONTENT
        there = there if resumed else 0
        length = response.headers.get("Content-Length")
        total = there + int(length) if length else None
        with part.open("ab" if resumed else "wb") as file:
            while block := response.read(_BLOCK_BYTES):
                file.write(block)
                there += len(block)
                progress(there, total)
    if total is not None and there != total:
        raise http.client.IncompleteRead(b"", total - there)


def _verify(path: Path, sha256: str, url: str) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 and found != sha256.lower():
        path.unlink()
        raise InvalidInput(
            f"the sha256 is {found}, not {sha256}", where=url, remedy="the file has changed, or was damaged on its way"
        )
