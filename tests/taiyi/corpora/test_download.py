"""Downloads: resumed where they broke off, begun anew where they must be, and never taken with a wrong checksum."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from taiyi.corpora import download
from taiyi.errors import InvalidInput, TaiyiError

CONTENT = bytes(n % 251 for n in range(300_000))
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves CONTENT; breaks off after `breaks_after` bytes once; knows ranges or not."""

    breaks_after = 0
    ranges = True
    asked: list[str]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.server.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.server.ranges else 0
        if self.path == "/missing.zip":
            self.send_error(404)
            return
        if start >= len(CONTENT):
            self.send_error(416)
            return
        body = CONTENT[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.server.breaks_after:
            body, self.server.breaks_after = body[: self.server.breaks_after], 0
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.asked = []
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def url(server: Server, name: str = "corpus.zip") -> str:
    return f"http://127.0.0.1:{server.server_port}/{name}"


def test_a_file_arrives_under_its_name_and_is_not_asked_for_again(server: Server, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    path = download.fetch(url(server), tmp_path, sha256=SHA256, progress=lambda done, of: told.append((done, of)))
    assert (path.name, path.read_bytes()) == ("corpus.zip", CONTENT)
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert download.fetch(url(server), tmp_path, sha256=SHA256) == path
    assert server.asked == [""]


@pytest.mark.parametrize("ranges", [True, False])
def test_what_broke_off_is_gone_on_with_or_begun_anew(server: Server, tmp_path: Path, ranges: bool) -> None:
    server.breaks_after, server.ranges = 120_000, ranges
    with pytest.raises(TaiyiError, match="run the command again to go on"):
        download.fetch(url(server), tmp_path, sha256=SHA256)
    assert download.fetch(url(server), tmp_path, sha256=SHA256).read_bytes() == CONTENT
    assert server.asked[1].startswith("bytes=")


def test_a_beginning_longer_than_the_file_is_thrown_away(server: Server, tmp_path: Path) -> None:
    server.breaks_after = 1000
    with pytest.raises(TaiyiError):
        download.fetch(url(server), tmp_path)
    (part,) = tmp_path.rglob("*.part")
    part.write_bytes(b"x" * (len(CONTENT) + 1))
    assert download.fetch(url(server), tmp_path, sha256=SHA256).read_bytes() == CONTENT


def test_a_wrong_checksum_is_refused_and_the_file_deleted(server: Server, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=f"the sha256 is {SHA256}, not 00"):
        download.fetch(url(server), tmp_path, sha256="00")
    assert not list(tmp_path.rglob("corpus.zip"))


def test_a_missing_file_and_a_dead_server_are_named(server: Server, tmp_path: Path) -> None:
    with pytest.raises(TaiyiError, match=r"missing\.zip: HTTP Error 404"):
        download.fetch(url(server, "missing.zip"), tmp_path)
    with pytest.raises(TaiyiError, match=r"http://127\.0\.0\.1:1/"):
        download.fetch("http://127.0.0.1:1/a.zip", tmp_path)


@pytest.mark.parametrize("source", ["file:///etc/passwd", "ftp://a/b", "corpora/a.zip"])
def test_only_the_web_is_downloaded_from(tmp_path: Path, source: str) -> None:
    assert not download.is_url(source)
    with pytest.raises(InvalidInput, match="no http or https URL"):
        download.fetch(source, tmp_path)
