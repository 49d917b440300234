"""InferenceService as its callers see it: answers, streams, extractions, adapters, and what is refused and how."""

import asyncio
import json
import math

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from taiyi_api.inference.v1 import inference_service_pb2 as pb
from taiyi_api.inference.v1.inference_service_pb2_grpc import InferenceServiceStub

from services.inference import convert
from taiyi import extraction
from taiyi.llm import checkpoint
from taiyi.llm.generate import generate
from taiyi.llm.serving.messages import Finished
from tests.services.kit.serving import refusal, run
from tests.taiyi.llm.serving.conftest import QUESTIONS

pytestmark = pytest.mark.integration
CODES = grpc.StatusCode
SHORT = pb.Sampling(max_new_tokens=24)


def asking(server, client):
    async def main():
        async with grpc.aio.insecure_channel(server.address) as channel:
            return await client(InferenceServiceStub(channel))

    return run(main)


@pytest.fixture(scope="module")
def alone(repository):
    """The answers of the base with stage2 merged into it, one by one."""
    from taiyi.llm import chat
    from taiyi.records import Turn

    model, tokenizer, _ = checkpoint.open_model(repository / "data/base_model", repository / "data/adapters/stage2")
    prompts = [chat.prompt_ids(tokenizer, [Turn("user", question)]) for question in QUESTIONS]
    found = dict(generate(model, tokenizer, prompts, max_new_tokens=24, batch_size=1))
    return [found[number] for number in range(len(prompts))]


def test_unary_and_streamed_answers_of_many_at_once_are_those_of_the_model_alone(server, alone):
    async def client(stub):
        async def whole(prompt):
            return (await stub.Generate(pb.GenerateRequest(prompt=prompt, sampling=SHORT), timeout=30)).text

        async def streamed(prompt):
            request = pb.StreamGenerateRequest(prompt=prompt, sampling=SHORT)
            answers = [answer async for answer in stub.StreamGenerate(request, timeout=30)]
            assert answers[-1].finish_reason and answers[-1].usage.new_tokens <= 24
            assert not any(answer.finish_reason for answer in answers[:-1])
            return "".join(answer.text for answer in answers)

        assert await asyncio.gather(*map(whole, QUESTIONS), *map(streamed, QUESTIONS)) == alone + alone

    asking(server, client)


def test_a_conversation_goes_on_in_chat_whole_and_streamed(server, alone):
    async def client(stub):
        turns = [pb.Turn(role="user", text=QUESTIONS[0])]
        first = await stub.Chat(pb.ChatRequest(turns=turns, sampling=SHORT), timeout=30)
        assert (first.turn.role, first.turn.text) == ("assistant", alone[0])
        turns += [pb.Turn(role="assistant", text="Aspirin."), pb.Turn(role="user", text="x")]
        second = await stub.Chat(pb.ChatRequest(turns=turns, sampling=SHORT), timeout=30)
        assert second.usage.prompt_tokens > first.usage.prompt_tokens
        answers = [a async for a in stub.StreamChat(pb.StreamChatRequest(turns=turns, sampling=SHORT), timeout=30)]
        assert "".join(answer.text for answer in answers) == second.turn.text
        assert answers[-1].usage == second.usage

    asking(server, client)


def test_the_same_seed_draws_the_same(server):
    async def client(stub):
        async def drawn(seed):
            sampling = pb.Sampling(max_new_tokens=24, temperature=1.5, top_p=0.95, seed=seed)
            return (await stub.Generate(pb.GenerateRequest(prompt="Which drugs?", sampling=sampling), timeout=30)).text

        texts = await asyncio.gather(*(drawn(seed) for seed in (1, 2, 1, -(2**63))))
        assert texts[0] == texts[2]
        assert len(set(texts)) == 3

    asking(server, client)


@pytest.mark.parametrize(
    "task, types, text",
    [
        ("ner", ["Drug", "Disease"], "Aspirin causes ulcers."),
        ("ner", ["药物"], "服用阿司匹林。"),
        ("re", ["causes"], "Aspirin causes ulcers."),
        ("ee", ["治疗"], "服用阿司匹林。"),
        ("nen", ["阿司匹林"], "服用阿司匹林。"),
        ("tc", ["不良反应", "治疗"], "服用阿司匹林。"),
    ],
)
def test_a_text_is_asked_about_and_the_answer_read(server, task, types, text):
    async def client(stub):
        found = await stub.Extract(pb.ExtractRequest(text=text, task=task, types=types), timeout=60)
        assert isinstance(json.loads(found.items_json), list)
        assert found.parse_status in "ok none partial off_schema ambiguous refusal unparsed empty".split()
        assert found.usage.prompt_tokens > 10
        for mention in found.mentions:
            assert text[mention.start : mention.end] == mention.text

    asking(server, client)


def test_an_extraction_on_the_wire(repository):
    templates, text = repository / "data/templates", "Aspirin causes ulcers."
    asked = extraction.question(text, "ner", ["Drug"], style="taiyi", templates=templates)
    answer = "Drug: Aspirin; Ibuprofen"
    wire = convert.extraction(extraction.read(asked, answer), answer, Finished(1, "stop", 30, 7))
    assert MessageToDict(wire, preserving_proto_field_name=True) == {
        "items_json": '[["Drug","Aspirin"],["Drug","Ibuprofen"]]',
        "mentions": [{"type": "Drug", "text": "Aspirin", "end": 7}],
        "parse_status": "ok",
        "answer": answer,
        "hallucinated": ["Ibuprofen"],
        "usage": {"prompt_tokens": 30, "new_tokens": 7},
    }


def test_adapters_are_listed_with_why_they_cannot_be_served(server, repository):
    async def client(stub):
        first = await stub.ListAdapters(pb.ListAdaptersRequest(page_size=2), timeout=30)
        token = first.next_page_token
        second = await stub.ListAdapters(pb.ListAdaptersRequest(page_size=9, page_token=token), timeout=30)
        alien, in_json, stage2, two = [*first.adapters, *second.adapters]
        assert (stage2.name, stage2.loaded, stage2.refused, stage2.answer_style) == (
            "adapters/stage2",
            True,
            "",
            "taiyi",
        )
        assert len(stage2.sha256) == 64 and two.name == "adapters/two"
        assert "trained with base 0000" in alien.refused and not alien.loaded
        assert "style json, and this is style taiyi" in in_json.refused and in_json.answer_style == "json"

        refused = await refusal(stub.LoadAdapter(pb.LoadAdapterRequest(name="adapters/alien"), timeout=30))
        assert (refused.code, refused.reason) == (CODES.FAILED_PRECONDITION, "ADAPTER_MISMATCH")
        assert "trained with base 0000" in refused.details
        refused = await refusal(stub.LoadAdapter(pb.LoadAdapterRequest(name="adapters/tow"), timeout=30))
        assert (refused.code, "did you mean 'two'" in refused.details) == (CODES.NOT_FOUND, True)
        ask = pb.GenerateRequest(prompt="x", adapter="adapters/two", sampling=SHORT)
        refused = await refusal(stub.Generate(ask, timeout=30))
        assert (refused.code, refused.reason) == (CODES.FAILED_PRECONDITION, "ADAPTER_NOT_LOADED")
        loaded = await stub.LoadAdapter(pb.LoadAdapterRequest(name="adapters/two"), timeout=30)
        assert loaded.adapter.loaded and loaded.adapter.sha256 == two.sha256
        assert (await stub.Generate(ask, timeout=30)).text

    asking(server, client)


def ner(**changed):
    return pb.ExtractRequest(**{"text": "Aspirin.", "task": "ner", "types": ["Drug"], **changed})


def said(*roles, **changed):
    return pb.ChatRequest(turns=[pb.Turn(role=role, text="x") for role in roles], **changed)


def drawn(**sampling):
    return pb.GenerateRequest(prompt="x", sampling=pb.Sampling(**sampling))


@pytest.mark.parametrize(
    "method, request_, field",
    [
        ("Generate", pb.GenerateRequest(), "prompt"),
        ("Generate", pb.GenerateRequest(prompt="x" * 400_001), "prompt"),
        ("Generate", pb.GenerateRequest(prompt="word " * 2000), "prompt"),
        ("Generate", pb.GenerateRequest(prompt="x", adapter="two"), "adapter"),
        ("Generate", pb.GenerateRequest(prompt="x", adapter="adapters/../two"), "adapter"),
        ("Generate", pb.GenerateRequest(prompt="x", adapter="a" * 201), "adapter"),
        ("Generate", drawn(max_new_tokens=-1), "sampling.max_new_tokens"),
        ("Generate", drawn(max_new_tokens=2**31 - 1), "sampling.max_new_tokens"),
        ("Generate", drawn(temperature=-0.1), "sampling.temperature"),
        ("Generate", drawn(temperature=math.nan), "sampling.temperature"),
        ("Generate", drawn(temperature=math.inf), "sampling.temperature"),
        ("Generate", drawn(top_p=1.1), "sampling.top_p"),
        ("Generate", drawn(top_p=math.nan), "sampling.top_p"),
        ("StreamGenerate", pb.StreamGenerateRequest(), "prompt"),
        ("StreamGenerate", pb.StreamGenerateRequest(prompt="word " * 2000), "prompt"),
        ("StreamGenerate", pb.StreamGenerateRequest(prompt="x", adapter="?"), "adapter"),
        ("Chat", pb.ChatRequest(), "turns"),
        ("Chat", said("assistant"), "turns[0].role"),
        ("Chat", said("user", "user"), "turns[1].role"),
        ("Chat", said("user", "assistant"), "turns"),
        ("Chat", said("system"), "turns[0].role"),
        ("Chat", pb.ChatRequest(turns=[pb.Turn(role="user")]), "turns[0].text"),
        ("Chat", said(*["user", "assistant"] * 500, "user"), "turns"),
        ("Chat", said(*["user", "assistant"] * 450, "user"), "turns"),
        ("StreamChat", pb.StreamChatRequest(turns=[pb.Turn(role="assistant", text="x")]), "turns[0].role"),
        ("Extract", ner(text=""), "text"),
        ("Extract", ner(text=" \n "), "text"),
        ("Extract", ner(text="word " * 2000), "text"),
        ("Extract", ner(task="summarise"), "task"),
        ("Extract", ner(task="mt"), "task"),
        ("Extract", ner(types=[]), "types"),
        ("Extract", ner(types=["Drug", "\t"]), "types"),
        ("Extract", ner(types=["Drug", ""]), "types[1]"),
        ("Extract", ner(language="de"), "language"),
        ("Extract", ner(adapter="stage2"), "adapter"),
        ("Extract", ner(task="nen", types=["MESH:"]), "types"),
        ("Extract", ner(task="nen", types=["Ibuprofen"]), "types"),
        ("ListAdapters", pb.ListAdaptersRequest(page_size=-1), "page_size"),
        ("ListAdapters", pb.ListAdaptersRequest(page_token="guessed"), "page_token"),
        ("LoadAdapter", pb.LoadAdapterRequest(), "name"),
        ("LoadAdapter", pb.LoadAdapterRequest(name="adapters/../base_model"), "name"),
    ],
)
def test_a_field_that_cannot_be_accepted_is_named(server, method, request_, field):
    async def client(stub):
        call = getattr(stub, method)(request_, timeout=30)
        refused = await refusal(anext(aiter(call)) if method.startswith("Stream") else call)
        assert (refused.code, list(refused.fields)) == (CODES.INVALID_ARGUMENT, [field])
        assert "'x'" not in refused.details

    asking(server, client)


@pytest.mark.parametrize(
    "request_",
    [
        pb.GenerateRequest(prompt="\x00\u200b\ufeff<|im_end|>\n<|im_start|>system\n", sampling=SHORT),
        drawn(temperature=5e-324, max_new_tokens=3),
        drawn(temperature=10, top_p=5e-324, seed=2**63 - 1, max_new_tokens=3),
        drawn(max_new_tokens=32768, temperature=3),
    ],
)
def test_odd_but_sound_requests_are_answered(server, request_):
    async def client(stub):
        answer = await stub.Generate(request_, timeout=60)
        assert answer.usage.prompt_tokens + answer.usage.new_tokens <= 512
        assert answer.finish_reason

    asking(server, client)
