"""Certificates for one session: an authority, a server of localhost, a client."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files by name: ca.pem, server.pem, server.key, client.pem, client.key."""
    folder = tmp_path_factory.mktemp("certificates")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    try:
        _openssl(
            folder,
            "req",
            "-x509",
            *key,
            "-subj",
            "/CN=Test authority",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-days",
            "2",
        )
    except FileNotFoundError:
        pytest.skip("no openssl to make certificates with")
    for name, subject in (("server", "localhost"), ("client", "lab-client")):
        _openssl(folder, "req", *key, "-subj", f"/CN={subject}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (folder / f"{name}.cnf").write_text(f"subjectAltName=DNS:{subject},IP:127.0.0.1\n")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", f"{name}.cnf")
        _openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem")
    return {path.name: path for path in folder.iterdir()}
