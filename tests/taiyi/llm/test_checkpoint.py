"""Base models and adapters in folders: what cannot be loaded is said, what does not belong together is refused."""

import shutil

import msgspec
import peft
import pytest
import torch

from taiyi import jsonl
from taiyi.errors import Conflict, InvalidInput, NotFound, NotReady
from taiyi.llm import chat, checkpoint
from taiyi.llm.checkpoint import AdapterManifest
from taiyi.llm.spec import LoraSpec

IDS = torch.tensor([[5, 9, 33, 70, 12, 5, 9]])


@pytest.fixture(scope="module", params=[False, True], ids=["embeddings frozen", "embeddings trained"])
def adapter(request, base_folder, tmp_path_factory):
    """A folder with an adapter that changes the logits, and the logits it gives."""
    from taiyi.llm.finetune import lora_config

    lora = LoraSpec(rank=4, alpha=8, train_embeddings=request.param)
    tokenizer = checkpoint.load_tokenizer(base_folder)
    model = peft.get_peft_model(checkpoint.load_base(base_folder), lora_config(checkpoint.load_base(base_folder), lora))
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.2)
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("adapter") / "a"
    model.save_pretrained(source)
    description = AdapterManifest(
        identity=checkpoint.identity(base_folder, tokenizer, "taiyi"),
        lora=lora,
        reference=str(base_folder),
        fingerprint="f",
        step=3,
        score=0.5,
    )
    checkpoint.save_adapter(source, tokenizer, folder, description)
    return folder, logits(model.eval())


def test_a_reloaded_adapter_gives_the_same_logits_merged_or_not(adapter, base_folder):
    folder, before = adapter
    expected = checkpoint.read_manifest(folder).identity
    on_top = checkpoint.load_adapter(checkpoint.load_base(base_folder), folder, expected).eval()
    torch.testing.assert_close(logits(on_top), before)
    merged = checkpoint.open_model(base_folder, folder)
    torch.testing.assert_close(logits(merged.model), before, atol=1e-4, rtol=1e-4)
    assert (logits(checkpoint.open_model(base_folder).model) - before).abs().max() > 0.1
    assert merged.adapter.score == 0.5


def test_trained_embeddings_stay_tied_to_the_output(adapter, base_folder):
    folder, _ = adapter
    model = checkpoint.open_model(base_folder, folder).model
    torch.testing.assert_close(model.get_input_embeddings().weight, model.get_output_embeddings().weight)


@pytest.mark.parametrize("field", ["base", "template", "tokenizer", "style"])
def test_an_adapter_refuses_what_it_was_not_trained_with_and_names_both(adapter, base_folder, field):
    folder, _ = adapter
    expected = msgspec.structs.replace(checkpoint.read_manifest(folder).identity, **{field: "other"})
    theirs = getattr(checkpoint.read_manifest(folder).identity, field)
    with pytest.raises(Conflict, match=f"trained with {field} {theirs}, and this is {field} other"):
        checkpoint.load_adapter(checkpoint.load_base(base_folder), folder, expected)


def test_another_answer_style_is_refused_when_a_model_is_opened(adapter, base_folder):
    with pytest.raises(Conflict, match="style taiyi, and this is style json"):
        checkpoint.open_model(base_folder, adapter[0], style="json")


def test_an_adapter_without_manifest_is_unfinished(adapter, base_folder, tmp_path):
    folder = shutil.copytree(adapter[0], tmp_path / "a")
    (folder / checkpoint.MANIFEST).unlink()
    with pytest.raises(NotReady, match="no finished adapter"):
        checkpoint.open_model(base_folder, folder)


def test_the_adapters_tokenizer_carries_the_template_in_force(adapter):
    tokenizer = checkpoint.load_tokenizer(adapter[0])
    assert tokenizer.chat_template == chat.CHATML_TEMPLATE
    manifest = checkpoint.read_manifest(adapter[0])
    assert checkpoint.tokenizer_digest(tokenizer) == manifest.identity.tokenizer


def test_digests_follow_content_not_place_or_use(base_folder, tmp_path):
    copy = shutil.copytree(base_folder, tmp_path / "copy")
    assert checkpoint.base_digest(copy) == checkpoint.base_digest(base_folder)
    config = jsonl.read_json(copy / "config.json")
    jsonl.write_json(copy / "config.json", config | {"rms_norm_eps": 1e-5})
    assert checkpoint.base_digest(copy) != checkpoint.base_digest(base_folder)
    tokenizer = checkpoint.load_tokenizer(base_folder)
    before = checkpoint.tokenizer_digest(tokenizer)
    tokenizer(["a", "a longer text"], padding=True, truncation=True, max_length=4)
    assert checkpoint.tokenizer_digest(tokenizer) == before


@pytest.mark.parametrize("reference", ["/nowhere/model", "./model", "data/absent", "a/b/c"])
def test_a_missing_folder_is_not_looked_for_on_the_hub(reference):
    with pytest.raises(NotFound, match="is not a folder"):
        checkpoint.load_base(reference)


def test_a_hub_model_that_cannot_be_reached_is_said_to_be_so(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(NotFound, match="neither a folder nor reachable"):
        checkpoint.load_base("someone/some-model")


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(NotFound, match=r"config\.json is missing"):
        checkpoint.load_base(tmp_path)


def test_first_generation_qwen_is_refused_with_what_to_use_instead(tmp_path):
    jsonl.write_json(tmp_path / "config.json", {"model_type": "qwen"})
    with pytest.raises(InvalidInput, match=r"Qwen2\.5-7B"):
        checkpoint.load_base(tmp_path)


def test_an_unknown_architecture_is_refused_by_name(tmp_path):
    jsonl.write_json(tmp_path / "config.json", {"model_type": "unheard-of"})
    with pytest.raises(InvalidInput, match=r"transformers cannot load it: .*unheard-of"):
        checkpoint.load_base(tmp_path)


def test_nf4_replaces_the_linear_layers_and_leaves_the_logits_near(base_folder):
    quantised = checkpoint.load_base(base_folder, "nf4")
    assert {type(m).__name__ for n, m in quantised.named_modules() if n.endswith("_proj")} == {"Linear4bit"}
    full = checkpoint.load_base(base_folder)
    assert 0 < (logits(quantised.eval()) - logits(full.eval())).abs().max() < 0.5


def logits(model) -> torch.Tensor:
    with torch.no_grad():
        return model(input_ids=IDS, use_cache=False).logits
