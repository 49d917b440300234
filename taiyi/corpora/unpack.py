"""Archives into a folder: nothing leaves it, nothing in it is a link, and no archive grows without end."""

from __future__ import annotations

import gzip
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple

from taiyi.errors import InvalidInput, TaiyiError

MOST_BYTES = 20 << 30
"""What an archive may hold at most, unpacked, unless told otherwise."""
MOST_FILES = 1_000_000
_MOST_RATIO = 200
_SMALL_BYTES = 256 << 20
_BLOCK_BYTES = 1 << 20


class _Member(NamedTuple):
    """A file in an archive: its name there, and how to read it."""

    name: str
    open: Any  # () -> a context manager of a binary file


def is_archive(path: Path) -> bool:
    """Whether the file is a zip, a tar (plain or compressed) or a gzip file, by its content."""
    with path.open("rb") as file:
        gzipped = file.read(2) == b"\x1f\x8b"
    return gzipped or (zipfile.is_zipfile(path) and path.suffix.lower() != ".xlsx") or tarfile.is_tarfile(path)


def unpack(archive: Path, folder: Path, *, most_bytes: int = MOST_BYTES) -> int:
    """Unpack into an existing folder; returns the number of files.

    Refused, with the member's name: a path that leaves the folder, a link or device, a name twice, a password, and
    an archive that holds more than `most_bytes` or more than 200 times its own size (beyond 256 MiB).
    """
    room = min(most_bytes, max(_SMALL_BYTES, archive.stat().st_size * _MOST_RATIO))
    written, seen = 0, set[PurePosixPath]()
    try:
        for member in _members(archive):
            target = _inside(member.name, archive)
            if target in seen:
                raise _refused(archive, member.name, "it stands there twice")
            seen.add(target)
            if len(seen) > MOST_FILES:
                raise _refused(archive, member.name, f"there are more than {MOST_FILES:,} files")
            path = folder / target
            path.parent.mkdir(parents=True, exist_ok=True)
            written += _copy(member, path, room - written, archive)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile) as error:
        raise InvalidInput(f"the archive is damaged: {error}", where=archive, remedy="download it again") from error
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise InvalidInput("a file and a folder have one name", where=archive) from error
    except OSError as error:
        raise TaiyiError(f"{folder}: cannot be written: {error.strerror or error}; free some space") from error
    return len(seen)


def _members(archive: Path) -> Iterator[_Member]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            yield from _zipped(opened, archive)
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as tar:
            yield from _tarred(tar, archive)
    else:
        name = archive.name.removesuffix(".gz").removesuffix(".part")
        yield _Member(name, lambda: gzip.GzipFile(archive))


def _zipped(opened: zipfile.ZipFile, archive: Path) -> Iterator[_Member]:
    for info in opened.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _refused(archive, info.filename, "it is a link or a device")
        if info.flag_bits & 1:
            raise _refused(archive, info.filename, "it is locked by a password; unpack it by hand and add the folder")
        if not info.is_dir():
            yield _Member(info.filename, lambda info=info: opened.open(info))


def _tarred(tar: tarfile.TarFile, archive: Path) -> Iterator[_Member]:
    for info in tar:
        if not (info.isfile() or info.isdir()):
            raise _refused(archive, info.name, "it is a link or a device")
        if info.isfile():
            yield _Member(info.name, lambda info=info: _required(tar.extractfile(info)))


def _required(file: IO[bytes] | None) -> AbstractContextManager[IO[bytes]]:
    if file is None:
        raise tarfile.TarError("a file without content")
    return file


def _inside(name: str, archive: Path) -> PurePosixPath:
    """The member's path below the folder; its name must not lead out of it."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or not path.parts or ":" in path.parts[0] or "\0" in name:
        raise _refused(archive, name, "it would lie outside the folder")
    return path


def _copy(member: _Member, path: Path, room: int, archive: Path) -> int:
    written = 0
    with member.open() as source, path.open("xb") as target:
        while block := source.read(_BLOCK_BYTES):
            written += len(block)
            if written > room:
                raise _refused(archive, member.name, "the archive grows beyond what its size allows (--max-gib)")
            target.write(block)
    return written


def _refused(archive: Path, name: str, why: str) -> InvalidInput:
    return InvalidInput(f"{name!r}: {why}", where=archive, remedy="nothing of the archive was taken")
