"""The catalog over the wire: what is there is found by filter, words, name and id; what is not is refused, and why."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import grpc
import msgspec
import pytest
from taiyi_api.catalog.v1 import catalog_service_pb2 as pb

from services.catalog import wiring
from services.kit.settings import Settings
from taiyi import jsonl, layout
from taiyi.instances import Instance
from taiyi.instructions import thread
from tests.services.catalog.conftest import CORPORA, serving
from tests.services.kit.serving import Refused, refusal

Ask = Callable[[Any], Awaitable[Any]]


@pytest.fixture
def ask(catalogued: Settings) -> Callable[[Ask], Any]:
    """Runs a client against the served catalog, each call with a deadline."""

    def run(client: Ask) -> Any:
        async def limited() -> Any:
            async with serving(catalogued) as stub:
                return await asyncio.wait_for(client(stub), 60)

        return asyncio.run(limited())

    return run


def ids(answer: Any) -> list[str]:
    return [corpus.name.removeprefix("corpora/") for corpus in answer.corpora]


def listing(ask: Callable[[Ask], Any], **request: Any) -> Any:
    async def client(stub: Any) -> Any:
        return await stub.ListCorpora(pb.ListCorporaRequest(**{"page_size": 1000} | request))

    return ask(client)


def refused(ask: Callable[[Ask], Any], method: str, request: Any) -> Refused:
    async def client(stub: Any) -> Any:
        return await refusal(getattr(stub, method)(request))

    answer: Refused = ask(client)
    return answer


@pytest.mark.parametrize(
    ("filter_text", "some", "none"),
    [
        ('language = "zh" AND task:ner', {"cmeee_v2", "sample_cmeee"}, {"bc5cdr", "cmedcausal"}),
        ("task:ner OR task:tc AND language = en", {"bc5cdr", "hallmarks_of_cancer"}, {"cmeee_v2", "kuake_qic"}),
        ("terms = open enrolled = true", set(CORPORA), {"sample_variants", "cmeee_v2"}),
        ("held_out = true", {"biored"}, {"bc5cdr"}),
        ("size_records >= 15000 NOT language = en", {"cmeee_v2"}, {"medmentions", "sample_cdr"}),
        ("licence:cblue", {"cmeee_v2", "kuake_qic"}, {"bc5cdr"}),
        ("licence = CC0*", {"sample_cdr"}, {"cmeee_v2"}),
        ("access != open -terms:research", {"sample_cdr"}, {"cmeee_v2"}),
    ],
)
def test_filters_find_what_they_say(
    ask: Callable[[Ask], Any], filter_text: str, some: set[str], none: set[str]
) -> None:
    answer = listing(ask, filter=filter_text)
    assert some <= set(ids(answer)) and not none & set(ids(answer))
    assert answer.total_size == len(answer.corpora)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("实体", "cmeee_v2"),
        ("命名实体", "cmeee_v2"),
        ("CMeEE-V2 chinese", "cmeee_v2"),
        ("BLUE benchmark", None),
        ("chemical DISEASE", "bc5cdr"),
        ('"; DROP TABLE catalog_corpora; --', None),
        ("chem* OR NEAR(a b)", None),
        ("体实", None),
    ],
)
def test_words_of_either_language_are_found_whole(ask: Callable[[Ask], Any], query: str, wanted: str | None) -> None:
    found = ids(listing(ask, query=query))
    assert (wanted in found) if wanted else not found


def test_pages_hold_every_corpus_once_and_say_how_many_there_are(ask: Callable[[Ask], Any]) -> None:
    async def client(stub: Any) -> list[Any]:
        request, pages = pb.ListCorporaRequest(page_size=7, filter="language = zh"), []
        while not pages or request.page_token:
            pages.append(await stub.ListCorpora(request))
            request.page_token = pages[-1].next_page_token
        return pages

    pages = ask(client)
    found = [corpus for page in pages for corpus in ids(page)]
    assert found == ids(listing(ask, filter="language = zh")) and len(set(found)) == len(found)
    assert {page.total_size for page in pages} == {len(found)} and all(len(p.corpora) == 7 for p in pages[:-1])


def test_a_corpus_is_told_whole(ask: Callable[[Ask], Any]) -> None:
    [corpus] = [c for c in listing(ask, query="cmeee_v2").corpora if c.name == "corpora/cmeee_v2"]
    assert (corpus.language, list(corpus.tasks), corpus.terms) == ("zh", ["ner"], pb.TERMS_RESEARCH)
    assert corpus.title_zh == "CMeEE-V2 中文医学命名实体识别"
    assert dict(corpus.splits) == {"train": 15000, "dev": 5000, "test": 3000} and corpus.size_records == 23000
    assert not corpus.enrolled and corpus.access == "registration" and len(corpus.notes) == 3


def test_records_are_listed_in_the_order_of_splits_and_found_by_id(ask: Callable[[Ask], Any], built: Path) -> None:
    async def client(stub: Any) -> tuple[list[str], Any]:
        request = pb.ListRecordsRequest(parent="corpora/sample_cdr", page_size=50)
        found: list[str] = []
        while not found or request.page_token:
            answer = await stub.ListRecords(request)
            found += answer.records_json
            request.page_token = answer.next_page_token
        return found, await stub.GetRecord(pb.GetRecordRequest(id=json.loads(found[3])["id"]))

    found, one = ask(client)
    files = [built / layout.records("sample_cdr") / f"{split}.jsonl" for split in ("train", "dev", "test")]
    assert found == [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    assert one.record_json == found[3]
    key = json.loads(found[3])["id"].rpartition("/")[2]
    native = (built / layout.RAW / one.native_file).read_text(encoding="utf-8").splitlines()
    assert one.native_file == "sample_cdr/train.PubTator.txt" and native[one.native_line - 1].startswith(f"{key}|t|")


def test_a_thread_is_the_one_that_the_command_line_follows(ask: Callable[[Ask], Any], built: Path) -> None:
    instances = [i.id for i in jsonl.read(built / layout.instructions("test"), Instance)]
    asked = [instances[0], instances[-1], instances[0].partition("#")[0]]

    async def client(stub: Any) -> list[Any]:
        return [(await stub.GetThread(pb.GetThreadRequest(id=identifier))).steps for identifier in asked]

    for identifier, steps in zip(asked, ask(client), strict=True):
        with chdir(built):
            known = thread.follow(identifier, descriptors=layout.DESCRIPTORS, raw=layout.RAW)
            assert f"{steps[0].file}:{steps[0].line}" == known.native
        told = {(step.stage, step.content) for step in steps}
        instances_told = [msgspec.json.encode(one).decode() for one in known.instances]
        assert {content for stage, content in told if stage == "instruct"} == set(instances_told)
        assert len([s for s in steps if s.stage == "predict"]) == len(known.predictions) == len(known.verdicts)
        assert [s.stage for s in steps][:3] == ["acquire", "harmonize", "curate"]
        assert [s.stage for s in steps][-1] == "evaluate"
        assert json.loads(steps[0].content) if steps[0].file.endswith(".json") else steps[0].content


def test_an_instance_has_its_use(ask: Callable[[Ask], Any], built: Path) -> None:
    first = next(jsonl.read(built / layout.instructions("dev"), Instance))

    async def client(stub: Any) -> Any:
        return await stub.GetInstance(pb.GetInstanceRequest(id=first.id))

    answer = ask(client)
    assert msgspec.json.decode(answer.instance_json, type=Instance) == first and answer.use == "dev"


def test_artefacts_lead_from_scores_to_raw_files_and_back(ask: Callable[[Ask], Any]) -> None:
    async def client(stub: Any) -> Any:
        [evaluation] = (await stub.ListEvaluations(pb.ListEvaluationsRequest())).evaluations
        whole = (await stub.GetEvaluation(pb.GetEvaluationRequest(name=evaluation.name))).evaluation
        up = await stub.GetLineage(pb.GetLineageRequest(name=evaluation.artefact))
        raw = next(one for one in up.artefacts if one.kind == "raw")
        way = pb.LINEAGE_DIRECTION_DOWNSTREAM
        down = await stub.GetLineage(pb.GetLineageRequest(name=raw.name, direction=way))
        near = await stub.GetLineage(pb.GetLineageRequest(name=raw.name, direction=way, depth=1))
        sets = await stub.ListArtefacts(pb.ListArtefactsRequest(filter="kind = instructions AND gone = false"))
        one = await stub.GetArtefact(pb.GetArtefactRequest(name=sets.artefacts[0].name))
        return evaluation, whole, up, down, near, sets, one

    evaluation, whole, up, down, near, sets, one = ask(client)
    assert not evaluation.benchmarks and evaluation.questions == whole.questions == 240
    assert {b.benchmark for b in whole.benchmarks} >= {"sample_cdr ner en"} and 0 < whole.macro < 1
    assert all(b.signature and b.questions == 40 for b in whole.benchmarks)
    assert up.artefacts[0].name == evaluation.artefact and down.artefacts[-1].name != down.artefacts[0].name
    assert evaluation.artefact in {a.name for a in down.artefacts}
    assert {a.kind for a in near.artefacts} == {"raw", "harmonised"}
    assert (
        one.artefact == sets.artefacts[0]
        and one.artefact.counts["test"] == 240
        and one.artefact.HasField("create_time")
    )


def test_the_licence_report_says_what_the_policy_says(ask: Callable[[Ask], Any]) -> None:
    async def client(stub: Any) -> Any:
        enrolled = await stub.GetLicenceReport(pb.GetLicenceReportRequest())
        wider = pb.GetLicenceReportRequest(corpora=["corpora/cmeee_v2", "corpora/sample_cdr"])
        return enrolled, await stub.GetLicenceReport(wider)

    enrolled, wider = ask(client)
    assert enrolled.admitted and [row.corpus for row in enrolled.rows] == [f"corpora/{c}" for c in sorted(CORPORA)]
    assert not wider.admitted
    assert [bool(row.refused) for row in wider.rows] == [True, False]
    assert wider.rows[0].refused.startswith("licences.use: commercial")


@pytest.mark.parametrize(
    ("filter_text", "says"),
    [
        ("langauge = zh", "no field 'langauge'; did you mean 'language'?"),
        ("task:nre", "no task 'nre'; did you mean"),
        ("language = fr", "no language 'fr'; known: en, zh"),
        ("terms = opened", "no terms 'opened'; did you mean 'open'?"),
        ("language > zh", "`language` is compared by"),
        ("size_records = many", "is compared with a number, not 'many'"),
        ("language = zh AND", "at character 18"),
        ("(" * 200 + "enrolled = true" + ")" * 200, "nest deeper"),
        ("NOT " * 400 + "enrolled = true", "nest deeper"),
        ("enrolled = true OR " * 100 + "enrolled = true", "more than 64 comparisons"),
        ("1; DROP TABLE catalog_corpora", "a comparison of `1;` is expected"),
        ("cancer", "a comparison of `cancer`"),
        ("search_text = x", "no field 'search_text'"),
        ("enrolled = 1", "true or false"),
    ],
)
def test_a_wrong_filter_is_refused_where_it_goes_wrong(ask: Callable[[Ask], Any], filter_text: str, says: str) -> None:
    told = refused(ask, "ListCorpora", pb.ListCorporaRequest(filter=filter_text))
    assert told.code == grpc.StatusCode.INVALID_ARGUMENT and told.reason == "INVALID_FIELD"
    assert says in told.fields["filter"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "c_0%", "' OR 1=1 --", "\x00", "*%*", '"', "[a-z]", "糖%尿"])
def test_marks_of_patterns_and_of_sql_are_letters_like_others(ask: Callable[[Ask], Any], text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    assert ids(listing(ask, filter=f'licence:"{quoted}"')) == []


def test_a_filter_of_artefacts_takes_marks_as_letters_and_no_zero(ask: Callable[[Ask], Any]) -> None:
    async def client(stub: Any) -> list[int]:
        texts = ('kind:"%"', "kind:'_'", "path = x", "kind = adapter* AND stage:STAGE", "corpus = *cdr", "kind != raw")
        asked = [pb.ListArtefactsRequest(filter=text) for text in texts if "path" not in text]
        return [len((await stub.ListArtefacts(one)).artefacts) for one in asked]

    counts = ask(client)
    assert counts[0] == 0 and counts[1] > 0 and counts[2] == 2 and counts[3] == 1 and counts[4] > 10
    told = refused(ask, "ListArtefacts", pb.ListArtefactsRequest(filter='kind:"a\0b"'))
    assert "at character 8: U+0000" in told.fields["filter"]
    told = refused(ask, "ListArtefacts", pb.ListArtefactsRequest(filter="path = x"))
    assert "no field 'path'" in told.fields["filter"]


def test_a_filter_may_be_long_and_not_longer(ask: Callable[[Ask], Any]) -> None:
    most = 'licence:"' + "x" * (2000 - 10) + '"'
    assert len(most) == 2000 and ids(listing(ask, filter=most)) == []
    told = refused(ask, "ListCorpora", pb.ListCorporaRequest(filter=most + " "))
    assert told.code == grpc.StatusCode.INVALID_ARGUMENT and "filter" in told.fields


def test_a_query_of_marks_alone_is_refused(ask: Callable[[Ask], Any]) -> None:
    told = refused(ask, "ListCorpora", pb.ListCorporaRequest(query='"* ('))
    assert told.fields["query"].startswith("has no letter")


def test_a_token_fits_only_its_own_list(ask: Callable[[Ask], Any]) -> None:
    token = listing(ask, page_size=2).next_page_token
    for request in (
        pb.ListCorporaRequest(page_token=token, filter="language = zh"),
        pb.ListCorporaRequest(page_token=token, query="gene"),
        pb.ListCorporaRequest(page_token=token[:-2]),
        pb.ListCorporaRequest(page_token="AAAA"),
        pb.ListCorporaRequest(page_token="é"),
    ):
        assert "page_token" in refused(ask, "ListCorpora", request).fields
    assert "page_token" in refused(ask, "ListArtefacts", pb.ListArtefactsRequest(page_token=token)).fields
    assert "page_size" in refused(ask, "ListCorpora", pb.ListCorporaRequest(page_size=-1)).fields


@pytest.mark.parametrize(
    ("method", "request_", "says"),
    [
        ("GetCorpus", pb.GetCorpusRequest(name="corpora/cmeee_v3"), "no corpus 'cmeee_v3'; did you mean 'cmeee_v2'"),
        ("GetArtefact", pb.GetArtefactRequest(name="artefacts/0123456789abcdef"), "no artefact '0123456789abcdef'"),
        ("GetLineage", pb.GetLineageRequest(name="artefacts/0123456789abcdef"), "no artefact"),
        ("GetEvaluation", pb.GetEvaluationRequest(name="evaluations/0123456789abcdef"), "no evaluation"),
        (
            "GetRecord",
            pb.GetRecordRequest(id="sample_crd/train/1"),
            "no corpus 'sample_crd'; did you mean 'sample_cdr'",
        ),
        ("GetRecord", pb.GetRecordRequest(id="cmeee_v2/train/1"), "if it was made lately, run `taiyi catalog sync`"),
        ("ListRecords", pb.ListRecordsRequest(parent="corpora/cdr"), "no corpus 'cdr'"),
        ("ListRecords", pb.ListRecordsRequest(parent="corpora/sample_cdr", split="tset"), "did you mean 'test'"),
        ("GetLicenceReport", pb.GetLicenceReportRequest(corpora=["corpora/bc5cd"]), "did you mean 'bc5cdr'"),
    ],
)
def test_an_unknown_name_is_answered_with_what_is_close(
    ask: Callable[[Ask], Any], method: str, request_: Any, says: str
) -> None:
    told = refused(ask, method, request_)
    assert told.code == grpc.StatusCode.NOT_FOUND and told.reason == "NOT_FOUND" and says in told.details


def test_an_id_that_is_almost_right_is_answered_with_the_right_one(ask: Callable[[Ask], Any], built: Path) -> None:
    first = next(jsonl.read(built / layout.instructions("test"), Instance)).id
    wrong = first.replace(".en.", ".zh.").replace(".t", ".q")
    for method, request in (("GetInstance", pb.GetInstanceRequest), ("GetThread", pb.GetThreadRequest)):
        told = refused(ask, method, request(id=wrong))
        assert told.code == grpc.StatusCode.NOT_FOUND and "did you mean" in told.details and first in told.details


def test_records_of_a_corpus_that_is_not_harmonised_are_not_ready(ask: Callable[[Ask], Any]) -> None:
    told = refused(ask, "ListRecords", pb.ListRecordsRequest(parent="corpora/cmeee_v2"))
    assert told.code == grpc.StatusCode.FAILED_PRECONDITION and "dvc repro harmonize" in told.details


def test_names_of_a_wrong_form_are_refused_by_field(ask: Callable[[Ask], Any]) -> None:
    for method, request in (
        ("GetCorpus", pb.GetCorpusRequest(name="corpora/../../params")),
        ("GetArtefact", pb.GetArtefactRequest(name="artefacts/ABC")),
        ("ListRecords", pb.ListRecordsRequest(parent="sample_cdr")),
    ):
        told = refused(ask, method, request)
        assert told.code == grpc.StatusCode.INVALID_ARGUMENT and told.fields


def test_every_method_has_a_rule(catalogued: Settings) -> None:
    assert set(wiring.RULES) == {method.name for method in wiring.CONTRACT.methods}
