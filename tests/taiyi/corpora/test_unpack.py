"""Archives: unpacked whole, and refused where a name leads out, a member is a link, or the content never ends."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.corpora import unpack
from taiyi.errors import InvalidInput

FILES = {"a/one.txt": b"one", "a/b/two.txt": b"two\n" * 1000}


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, files: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


MAKERS: dict[str, Callable[[Path, dict[str, bytes]], Path]] = {"a.zip": zipped, "a.tar.gz": tarred}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


@pytest.mark.parametrize("name", MAKERS)
def test_an_archive_is_unpacked_as_it_is(tmp_path: Path, folder: Path, name: str) -> None:
    archive = MAKERS[name](tmp_path / name, FILES)
    assert unpack.is_archive(archive)
    assert unpack.unpack(archive, folder) == 2
    assert {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()} == FILES


def test_a_gzip_file_gives_the_file_it_holds(tmp_path: Path, folder: Path) -> None:
    archive = tmp_path / "corpus.jsonl.gz"
    archive.write_bytes(gzip.compress(b"{}\n"))
    assert unpack.unpack(archive, folder) == 1
    assert (folder / "corpus.jsonl").read_bytes() == b"{}\n"


def test_text_and_workbooks_are_no_archives(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("PMID\ttext")
    assert not unpack.is_archive(text)
    assert not unpack.is_archive(zipped(tmp_path / "a.xlsx", FILES))


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("member", ["../out.txt", "/out.txt", "a/../../out.txt", "..\\out.txt", "C:\\out.txt"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, folder: Path, name: str, member: str) -> None:
    archive = MAKERS[name](tmp_path / name, {member: b"x"})
    with pytest.raises(InvalidInput, match="it would lie outside the folder"):
        unpack.unpack(archive, folder)
    assert not list(tmp_path.glob("out.txt"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, folder: Path, kind: bytes) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo("passwd")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    with pytest.raises(InvalidInput, match="'passwd': it is a link or a device"):
        unpack.unpack(path, folder)


def test_a_link_in_a_zip_is_refused(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("passwd")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(InvalidInput, match="it is a link or a device"):
        unpack.unpack(path, folder)


@pytest.mark.parametrize("name", MAKERS)
def test_an_archive_that_grows_beyond_the_limit_is_refused(tmp_path: Path, folder: Path, name: str) -> None:
    archive = MAKERS[name](tmp_path / name, {"zeros": b"\0" * 3_000_000})
    with pytest.raises(InvalidInput, match="grows beyond"):
        unpack.unpack(archive, folder, most_bytes=2_000_000)


def test_a_bomb_is_refused_by_its_ratio_whatever_the_limit(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack, "_SMALL_BYTES", 100_000)
    archive = zipped(tmp_path / "a.zip", {"zeros": b"\0" * 3_000_000})
    with pytest.raises(InvalidInput, match="grows beyond"):
        unpack.unpack(archive, folder)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.txt", "1")
        archive.writestr("one.txt", "2")
    with pytest.raises(InvalidInput, match="it stands there twice"):
        unpack.unpack(path, folder)


@pytest.mark.parametrize("name", [*MAKERS, "a.txt.gz"])
def test_an_archive_cut_short_is_called_damaged(tmp_path: Path, folder: Path, name: str) -> None:
    noise = bytes(n * n % 251 for n in range(200_000))
    if name in MAKERS:
        archive = MAKERS[name](tmp_path / name, {"noise": noise})
    else:
        archive = tmp_path / name
        archive.write_bytes(gzip.compress(noise))
    whole = archive.read_bytes()
    if name.endswith(".zip"):  # the directory is at the end: damage the content instead
        middle = len(whole) // 2
        archive.write_bytes(
            whole[:middle] + bytes(byte ^ 255 for byte in whole[middle : middle + 50]) + whole[middle + 50 :]
        )
    else:
        archive.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidInput, match="the archive is damaged"):
        unpack.unpack(archive, folder)


def test_a_locked_archive_says_what_to_do(tmp_path: Path, folder: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"one.txt": b"1"})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(InvalidInput, match="locked by a password"):
        unpack.unpack(path, folder)
