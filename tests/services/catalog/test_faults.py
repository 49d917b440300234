"""A catalog that is empty, renewed while it is served, away, or whose files have changed under it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from taiyi_api.catalog.v1 import catalog_service_pb2 as pb

from services.catalog import wiring
from services.catalog.current import FRESH_SECONDS
from services.kit import migrations
from services.kit.database import Database
from services.kit.settings import Settings
from taiyi import jsonl, layout
from taiyi.errors import NotReady
from taiyi.instances import Instance
from tests.services import postgres
from tests.services.catalog.conftest import serving
from tests.services.kit.serving import refusal


def quiet(line: str) -> None:
    """Progress that nobody looks at."""


def run(settings: Settings, client: Callable[[Any], Awaitable[Any]]) -> Any:
    async def limited() -> Any:
        async with serving(settings) as stub:
            return await asyncio.wait_for(client(stub), 60)

    return asyncio.run(limited())


def told(house: Path, **more: Any) -> Settings:
    return Settings(root=house, state=house / ".state", grace_seconds=2.0, **more)


async def settled() -> None:
    """Wait until the revision is asked for again."""
    await asyncio.sleep(FRESH_SECONDS * 1.5)


def test_an_empty_catalog_says_what_fills_it_and_is_not_ready(house: Path) -> None:
    settings = told(house)

    async def client(stub: Any) -> None:
        for method, request in (
            ("ListCorpora", pb.ListCorporaRequest()),
            ("GetCorpus", pb.GetCorpusRequest(name="corpora/bc5cdr")),
            ("ListArtefacts", pb.ListArtefactsRequest()),
            ("GetThread", pb.GetThreadRequest(id="bc5cdr/train/1")),
            ("GetLicenceReport", pb.GetLicenceReportRequest()),
        ):
            refused = await refusal(getattr(stub, method)(request))
            assert refused.code == grpc.StatusCode.FAILED_PRECONDITION and refused.reason == "NOT_READY"
            assert "run `taiyi catalog sync`" in refused.details
        wiring.synchronise(settings, quiet)
        assert (await stub.ListCorpora(pb.ListCorporaRequest())).total_size > 100

    run(settings, client)


def test_it_is_ready_once_it_was_synchronised(house: Path) -> None:
    settings = told(house)
    service = wiring.service(settings)

    async def asked() -> tuple[bool, bool, bool]:
        before = await service.ready()
        await service.start()
        empty = await service.ready()
        wiring.synchronise(settings, quiet)
        return before, empty, await service.ready()

    assert asyncio.run(asked()) == (False, False, True)


def test_a_synchronisation_is_seen_while_served_and_deleted_corpora_go(house: Path) -> None:
    settings = told(house)
    wiring.synchronise(settings, quiet)

    async def client(stub: Any) -> None:
        before = (await stub.ListCorpora(pb.ListCorporaRequest())).total_size
        (house / layout.DESCRIPTORS / "cmeee_v2.yaml").unlink()
        path = house / layout.DESCRIPTORS / "bc5cdr.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("title:", "title: New", 1), encoding="utf-8")
        await asyncio.to_thread(wiring.synchronise, settings, quiet)
        await settled()
        assert (await stub.ListCorpora(pb.ListCorporaRequest())).total_size == before - 1
        assert (await stub.GetCorpus(pb.GetCorpusRequest(name="corpora/bc5cdr"))).corpus.title.startswith("New")
        gone = await refusal(stub.GetCorpus(pb.GetCorpusRequest(name="corpora/cmeee_v2")))
        assert gone.code == grpc.StatusCode.NOT_FOUND

    run(settings, client)


def test_a_corpus_that_is_gone_is_told_but_not_listed(house: Path) -> None:
    settings = told(house)
    wiring.synchronise(settings, quiet)
    (house / layout.DESCRIPTORS / "sample_cdr.yaml").unlink()
    wiring.synchronise(settings, quiet)

    async def client(stub: Any) -> None:
        assert (await stub.GetCorpus(pb.GetCorpusRequest(name="corpora/sample_cdr"))).corpus.gone
        names = {c.name for c in (await stub.ListCorpora(pb.ListCorporaRequest(page_size=1000))).corpora}
        assert "corpora/sample_cdr" not in names and "corpora/bc5cdr" in names
        first = next(jsonl.read(house / layout.instructions("test"), Instance)).id
        steps = (await stub.GetThread(pb.GetThreadRequest(id=first))).steps
        assert steps[0].stage == "harmonize", "nothing says how its native files are read"

    run(settings, client)


def test_rows_of_files_that_have_changed_are_never_told_for_others(house: Path) -> None:
    settings = told(house)
    wiring.synchronise(settings, quiet)
    rows = list(jsonl.read(house / layout.instructions("test"), Instance))
    jsonl.write(house / layout.instructions("test"), rows[1:])

    async def client(stub: Any) -> None:
        for one in (rows[0].id, rows[5].id):
            refused = await refusal(stub.GetInstance(pb.GetInstanceRequest(id=one)))
            assert refused.code == grpc.StatusCode.FAILED_PRECONDITION
            assert "test.jsonl has changed since it was catalogued; run `taiyi catalog sync`" in refused.details
        await asyncio.to_thread(wiring.synchronise, settings, quiet)
        await settled()
        assert (await stub.GetInstance(pb.GetInstanceRequest(id=rows[5].id))).use == "test"
        refused = await refusal(stub.GetInstance(pb.GetInstanceRequest(id=rows[0].id)))
        assert refused.code == grpc.StatusCode.NOT_FOUND

    run(settings, client)


def test_native_files_that_are_not_there_leave_the_rest_of_a_thread(house: Path) -> None:
    settings = told(house)
    shutil.rmtree(house / layout.RAW)
    wiring.synchronise(settings, quiet)
    first = next(jsonl.read(house / layout.instructions("test"), Instance))

    async def client(stub: Any) -> None:
        steps = (await stub.GetThread(pb.GetThreadRequest(id=first.id))).steps
        assert steps[0].stage == "harmonize"
        record = await stub.GetRecord(pb.GetRecordRequest(id=first.record))
        assert record.record_json and not record.native_file and not record.native_line

    run(settings, client)


def test_a_database_that_goes_away_is_said_to_be_and_comes_back(house: Path) -> None:
    with postgres.fresh() as url:
        settings = told(house, database=url)
        database = Database(url)
        with pytest.raises(NotReady, match="taiyi db migrate catalog"):
            migrations.prepare(database, wiring.SCHEMA)
        migrations.upgrade(database, wiring.SCHEMA)
        database.close()
        wiring.synchronise(settings, quiet)

        async def client(stub: Any) -> None:
            request = pb.ListArtefactsRequest()
            assert (await stub.ListArtefacts(request)).artefacts
            await asyncio.to_thread(postgres.let_in, url, False)
            await asyncio.to_thread(postgres.terminate, url)
            refused = await refusal(stub.ListArtefacts(request))
            assert refused.code == grpc.StatusCode.UNAVAILABLE and refused.reason == "DATABASE_AWAY"
            await asyncio.to_thread(postgres.let_in, url, True)
            await settled()
            assert (await stub.ListArtefacts(request)).artefacts
            assert (await stub.ListCorpora(pb.ListCorporaRequest(query="命名实体"))).total_size > 0

        run(settings, client)
