"""A small project under DVC and git, its clones, and a real S3-compatible server that they share."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

FILES = 12
_DVC = f"""
stages:
  make:
    cmd: {sys.executable} stage.py make
    deps: [stage.py, seed.txt]
    outs: [data/many, data/manifests/make.json]
  count:
    cmd: {sys.executable} stage.py count
    deps: [stage.py, data/many]
    outs: [data/counts.json, data/manifests/count.json]
"""
_STAGE = f"""
import json, os, sys
from pathlib import Path
from taiyi import manifest

stage, many, counts = sys.argv[1], Path("data/many"), Path("data/counts.json")
with open(os.environ["RUNS"], "a") as runs:
    runs.write(stage + "\\n")
if stage == "make":
    many.mkdir(parents=True, exist_ok=True)
    for n in range({FILES}):
        (many / f"{{n}}.txt").write_text(f"{{Path('seed.txt').read_text()}} {{n}}\\n")
    inputs, outputs = [Path("seed.txt")], [many]
else:
    counts.write_text(json.dumps({{p.name: len(p.read_text()) for p in sorted(many.iterdir())}}))
    inputs, outputs = [many], [counts]
manifest.write(Path(f"data/manifests/{{stage}}.json"), stage=stage, params={{}}, inputs=inputs, outputs=outputs)
"""


class Server:
    """moto's S3 server in a process of its own."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
        self.s3 = boto3.client("s3", endpoint_url=self.endpoint, **keys)
        self.s3.create_bucket(Bucket="team")

    def keys(self, prefix: str) -> list[str]:
        """The keys below a prefix."""
        return [row["Key"] for row in self.s3.list_objects_v2(Bucket="team", Prefix=prefix).get("Contents", [])]

    def key(self, prefix: str, oid: str) -> str:
        """The key of an object of DVC's."""
        return f"{prefix}/files/md5/{oid[:2]}/{oid[2:]}"

    def put(self, key: str, content: bytes) -> None:
        """Overwrite an object."""
        self.s3.put_object(Bucket="team", Key=key, Body=content)

    def get(self, key: str) -> bytes:
        """An object's content."""
        return bytes(self.s3.get_object(Bucket="team", Key=key)["Body"].read())

    def delete(self, key: str) -> None:
        """Remove an object."""
        self.s3.delete_object(Bucket="team", Key=key)


@contextmanager
def serving(log: Path) -> Iterator[Server]:
    """A server on a free port, for the block."""
    with log.open("w") as out:
        command = [sys.executable, "-u", "-c", "import sys; from moto.server import main; main(sys.argv[1:])"]
        process = subprocess.Popen([*command, "-H", "127.0.0.1", "-p", "0"], stdout=out, stderr=out)
    try:
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text())):
            if process.poll() is not None:
                raise AssertionError(log.read_text())
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
        yield Server(int(found[1]))
    finally:
        process.kill()
        process.wait()


class Clone:
    """One person's working copy: a cache and settings of its own, and a list of the stages that ran in it."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder, self.root = folder, root
        self.log = folder.parent / f"{folder.name}.runs"
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "DVC_"))},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(root),
            "RUNS": str(self.log),
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(folder.parent / f"{folder.name}.site"),
            "DVC_GLOBAL_CONFIG_DIR": str(folder.parent / "no-config"),
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            **{
                f"GIT_{who}_{what}": "anna@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
            },
        }

    def command(self, *arguments: str) -> list[str]:
        """The command line of `taiyi`."""
        return [sys.executable, "-m", "taiyi.cli", *arguments]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run any command here."""
        return subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=300)

    def taiyi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `taiyi` here."""
        return self.run(*self.command(*arguments))

    def repro(self, *arguments: str) -> dict[str, Any]:
        """`taiyi repro`, which must succeed; returns its summary."""
        done = self.taiyi("repro", "--json", *arguments)
        assert done.returncode == 0, done.stderr[-3000:]
        summary: dict[str, Any] = json.loads(done.stdout)
        return summary

    def commit(self) -> None:
        """Everything that git may hold, committed."""
        self.run("git", "add", "--all")
        assert self.run("git", "commit", "--quiet", "--message", "state").returncode == 0

    def ran(self) -> list[str]:
        """The stages whose command ran here, in order."""
        return self.log.read_text().split() if self.log.exists() else []

    def files(self) -> dict[str, bytes]:
        """What lies below data."""
        folder = self.folder / "data"
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}

    def oid(self, path: str) -> str:
        """The object that dvc.lock says a path is."""
        text = (self.folder / "dvc.lock").read_text()
        found = re.search(rf"path: {re.escape(path)}\n\s+hash: md5\n\s+md5: (\S+)", text)
        assert found, text
        return found[1]

    def cloned(self, name: str) -> Clone:
        """A clone of this one, on another machine, as far as DVC can see."""
        other = Clone(self.folder.parent / name, self.root)
        self.run("git", "clone", "--quiet", str(self.folder), str(other.folder))
        return other


def project(folder: Path, root: Path) -> Clone:
    """A new project under git and DVC, nothing run yet."""
    made = Clone(folder, root)
    folder.mkdir()
    (folder / "dvc.yaml").write_text(_DVC)
    (folder / "stage.py").write_text(_STAGE)
    (folder / "seed.txt").write_text("a seed")
    (folder / ".gitignore").write_text("/.state/\n")
    made.run("git", "init", "--quiet")
    assert made.run("dvc", "init", "--quiet").returncode == 0
    return made
