"""Python code from the contracts, into proto/gen; and whether they are well written, compatible and the code fresh.

python proto/generate.py [--check] [--against REVISION]      (in .venv/proto; `make proto` and `make check` run it)

The rules of protovalidate come from its package, as descriptors: no foreign .proto file lies in this repository.
"""

from __future__ import annotations

import argparse
import filecmp
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2, duration_pb2, field_mask_pb2, timestamp_pb2
from grpc_tools import protoc
from protovalidate._gen.buf.validate import validate_pb

HERE = Path(__file__).resolve().parent
GENERATED = HERE / "gen"
RULES = "buf/validate/validate.proto"


def rules(path: Path) -> None:
    """Write protovalidate's rules and what they import, as a descriptor set."""
    found = descriptor_pb2.FileDescriptorSet()
    for module in (descriptor_pb2, duration_pb2, field_mask_pb2, timestamp_pb2):
        module.DESCRIPTOR.CopyToProto(found.file.add())
    found.file.add().ParseFromString(validate_pb.desc().proto.to_binary())
    path.write_bytes(found.SerializeToString())


def contracts(folder: Path) -> list[str]:
    """The .proto files below a folder, as protoc names them."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.glob("taiyi_api/**/*.proto"))


def compile_into(folder: Path, known: Path, *options: str, more: tuple[str, ...] = ()) -> None:
    """Run protoc over the contracts of a folder; its messages go to stderr."""
    arguments = ["protoc", f"--descriptor_set_in={known}", f"-I{folder}", *options, *contracts(folder), *more]
    if protoc.main(arguments):
        sys.exit("proto: the contracts do not compile")


def generate(into: Path, known: Path) -> None:
    """Write the modules, their types and the stubs of all contracts, and the messages of the rules."""
    into.mkdir(parents=True)
    options = (f"--python_out={into}", f"--pyi_out={into}", f"--grpc_python_out={into}")
    compile_into(HERE, known, *options, more=(RULES,))
    (into / RULES.replace(".proto", "_pb2_grpc.py")).unlink()


def image(folder: Path, known: Path, path: Path) -> None:
    """Write the contracts with their comments as one descriptor set, which buf reads."""
    compile_into(folder, known, "--include_imports", "--include_source_info", f"--descriptor_set_out={path}")


def buf(*arguments: str | Path) -> None:
    """Run buf; what it finds goes to stderr and ends the run."""
    done = subprocess.run(
        [Path(sys.executable).with_name("buf"), *arguments, "--config", HERE / "buf.yaml"], check=False
    )
    if done.returncode:
        sys.exit(f"proto: buf {arguments[0]} found the above")


def compared_with() -> str:
    """The revision to compare with: HEAD while contracts are changed and not committed, else what was before their last
    change, since a committed tree compared with itself always agrees.
    """

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=HERE, capture_output=True, text=True, check=False).stdout.strip()

    if git("status", "--porcelain", "--", "taiyi_api"):
        return "HEAD"
    last = git("log", "-1", "--format=%H", "--", "taiyi_api")
    return f"{last}~1" if last else "HEAD"


def breaking(revision: str, known: Path, now: Path, scratch: Path) -> None:
    """Compare with the contracts of a git revision; nothing to do where it has none."""
    root = HERE.parent
    told = ["git", "archive", "--format=tar", revision, "proto"]
    archive = subprocess.run(told, cwd=root, capture_output=True, check=False)
    if archive.returncode:
        print(f"proto: no revision {revision} to compare with")
        return
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(scratch, filter="data")
    if not contracts(scratch / "proto"):
        return
    before = scratch / "before.binpb"
    image(scratch / "proto", known, before)
    buf("breaking", now, "--against", before)


def differences(a: Path, b: Path) -> list[str]:
    """The files that two folders do not share, byte for byte."""
    names = {
        path.relative_to(folder)
        for folder in (a, b)
        for path in folder.rglob("*.py*")
        if "__pycache__" not in path.parts
    }
    return sorted(
        name.as_posix()
        for name in names
        if not ((a / name).exists() and (b / name).exists() and filecmp.cmp(a / name, b / name, shallow=False))
    )


def main() -> None:
    """Generate, or check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where proto/gen is not what would be written"
    )
    parser.add_argument(
        "--against",
        default=compared_with(),
        help="the revision whose contracts must stay usable (default: %(default)s)",
    )
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        known, now, made = scratch / "rules.binpb", scratch / "now.binpb", scratch / "gen"
        rules(known)
        image(HERE, known, now)
        buf("lint", now)
        breaking(told.against, known, now, scratch / "old")
        generate(made, known)
        if not told.check:
            shutil.rmtree(GENERATED, ignore_errors=True)
            shutil.copytree(made, GENERATED)
        elif stale := differences(GENERATED, made):
            sys.exit(f"proto: not what the contracts give: {', '.join(stale)}; run make proto")
    print(
        f"proto: {len(contracts(HERE))} contracts, linted, compatible with {told.against}, code {'fresh' if told.check else 'written'}"
    )


if __name__ == "__main__":
    main()
