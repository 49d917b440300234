"""Commands on this machine's state: tokens, databases and what the doctor finds."""

from __future__ import annotations

import json

import pytest

from tests.services import postgres


@pytest.fixture
def here(house, tmp_path):
    return ["--root", str(house), "--state", str(tmp_path / "state")]


@pytest.fixture
def empty():
    """The URL of an empty PostgreSQL database."""
    with postgres.fresh() as url:
        yield url


def checks(result):
    return {check["name"]: check for check in json.loads(result.stdout)["checks"]}


def test_a_token_is_shown_once_listed_without_its_text_and_revoked(taiyi, here):
    made = json.loads(taiyi("token", "create", "wang", "--scope", "submit", "--json", *here).stdout)
    listed = taiyi("token", "list", "--json", *here).stdout
    assert made["token"].startswith("taiyi_") and made["token"] not in listed
    assert [(row["name"], row["scope"], row["valid"]) for row in json.loads(listed)] == [("wang", "submit", True)]
    assert taiyi("token", "create", "wang", *here).returncode == 5
    assert taiyi("token", "revoke", "wang", *here).returncode == 0
    assert taiyi("token", "revoke", "wang", *here).returncode == 3
    assert json.loads(taiyi("token", "list", "--json", *here).stdout) == []


def test_embedded_databases_are_made_examined_and_copied(taiyi, here, tmp_path):
    assert taiyi("db", "backup", "catalog", *here).returncode == 5
    assert "is made when its service starts" in taiyi("db", "check", *here).stdout
    assert taiyi("db", "migrate", *here).returncode == 0
    assert taiyi("db", "check", *here).returncode == 0
    assert taiyi("db", "backup", "trainer", *here).returncode == 0
    assert len(list((tmp_path / "state").glob("trainer.db.manual-*.backup"))) == 1


def test_a_servers_database_is_migrated_by_the_command_alone(taiyi, here, empty):
    there = [*here, "--database", empty]
    refused = taiyi("serve", "catalog", "--port", "0", *there)
    assert refused.returncode == 5 and "taiyi db migrate catalog" in refused.stderr
    due = taiyi("db", "check", "--json", *there)
    assert due.returncode == 5 and not any(row["fine"] for row in json.loads(due.stdout))
    assert taiyi("db", "migrate", *there).returncode == 0
    assert taiyi("db", "check", *there).returncode == 0
    assert "pg_dump" in taiyi("db", "backup", *there).stderr


def test_a_database_that_is_not_there_is_unavailable(taiyi, here):
    result = taiyi("db", "check", *here, TAIYI_DATABASE="postgresql://nobody:secret@127.0.0.1:1/none")
    assert result.returncode == 4 and "secret" not in result.stderr and "nobody:***@" in result.stderr


def test_the_doctor_finds_a_good_set_up_good(taiyi, here, served):
    result = taiyi("doctor", "--json", *here, TAIYI_SERVER=served.server)
    found = checks(result)
    assert result.returncode == 0, [check for check in found.values() if check["state"] == "bad"]
    assert "grpcio" in found["versions"]["found"]
    assert "journal_mode" in found["sqlite"]["found"]
    assert "stage2" in found["model"]["found"]
    assert found["inference"]["found"].endswith("SERVING")


def test_the_doctor_says_what_to_do_about_a_broken_one(taiyi, house, tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    (state / "catalog.db").write_bytes(b"no database at all" * 1000)
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "params.yaml").write_bytes((house / "params.yaml").read_bytes())
    broken = ["--root", bare, "--state", state, "--broker", "redis://:secret@127.0.0.1:1/0"]
    result = taiyi("doctor", "--json", *broken, TAIYI_SERVER="127.0.0.1:1")
    found = checks(result)
    assert result.returncode == 1 and "secret" not in result.stdout
    assert {name for name, check in found.items() if check["state"] == "bad"} == {"repository", "database of catalog"}
    assert "backup" in found["database of catalog"]["remedy"]
    assert found["broker"]["state"] == "warn" and "does not answer" in found["broker"]["found"]
    assert "dvc repro base_model" in found["model"]["remedy"]
    assert "not running at 127.0.0.1:1" in found["scorer"]["found"]
    assert all(check["remedy"] for check in found.values() if check["state"] == "bad")


def test_the_doctor_knows_a_servers_database_and_its_clock(taiyi, here, empty):
    result = taiyi("doctor", "--json", *here, TAIYI_DATABASE=empty)
    found = checks(result)
    assert result.returncode == 1
    assert found["database of trainer"]["remedy"] == "taiyi db migrate trainer"
    assert "clock is" in found["clock"]["found"] and "sqlite" not in found


def test_secrets_come_from_files(taiyi, here, tmp_path):
    (tmp_path / "url").write_text("postgresql://nobody@127.0.0.1:1/none\n")
    result = taiyi("db", "check", *here, TAIYI_DATABASE_FILE=str(tmp_path / "url"))
    assert result.returncode == 4 and "127.0.0.1:1" in result.stderr
