"""A tokenizer and a random model, small enough to train in a test, and tokenizers with other families' templates."""

import copy
from pathlib import Path

import pytest
import torch
import transformers

from taiyi.llm import embedded, noise
from taiyi.llm.embedded import Shape

TEXTS = [
    "Aspirin causes gastric ulcer in some patients with chronic arthritis.",
    "Cisplatin induced nephrotoxicity was observed in 12 of 40 rats; metformin was not tested.",
    "The role of BRCA1 in breast cancer remains unclear, but tamoxifen is used for its treatment.",
    "患者服用阿司匹林后出现胃溃疡，给予奥美拉唑治疗后症状好转。",
    "糖尿病患者应定期检查血糖，二甲双胍可降低血糖水平。",
    "临床上高血压多合并脑出血，表现为头痛、呕吐。",
]

# 4-bit blocks on a CPU need widths of 64.
TINY = Shape(hidden=64, layers=2, heads=2, key_value_heads=1, head_width=32, intermediate=128, positions=512)

# Written for these tests after the behaviour of the families' own templates, not copied from them.
DROPS_EARLIER_THINKING = (
    "{%- for m in messages -%}{{ '<|im_start|>' + m['role'] + '\\n' }}"
    "{%- if m['role'] == 'assistant' and loop.last -%}{{ '<think>\\n\\n</think>\\n\\n' }}{%- endif -%}"
    "{{ m['content'] + '<|im_end|>\\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}"
    "{%- if enable_thinking is false -%}{{ '<think>\\n\\n</think>\\n\\n' }}{%- endif -%}{%- endif -%}"
)
ENDS_AN_ANSWER_WITH_THE_NEXT_ROLE = (
    "{{ '<|endoftext|>' }}{%- for m in messages -%}"
    "{{ ('<|im_start|>' if m['role'] == 'user' else '<|im_end|>') + '\\n' + m['content'] }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_end|>\\n' }}{%- endif -%}"
)
TRIMS = (
    "{{ '<|endoftext|>' }}{%- for m in messages -%}{{ '[' + m['role'] + ']' + m['content'] | trim + '<|im_end|>' }}"
    "{%- endfor -%}{%- if add_generation_prompt -%}{{ '[assistant]' }}{%- endif -%}"
)


@pytest.fixture(scope="session", autouse=True)
def _one_quiet_thread():
    torch.set_num_threads(1)
    noise.silence()


@pytest.fixture(scope="session")
def texts() -> list[str]:
    return TEXTS


@pytest.fixture(scope="session")
def tiny() -> Shape:
    return TINY


@pytest.fixture(scope="session")
def tokenizer():
    return embedded.train_tokenizer(TEXTS, 400)


@pytest.fixture(scope="session")
def tokenizers(tokenizer):
    """By family: ChatML; one whose template drops earlier thinking; one without end of turn; one that trims; none."""

    def with_template(template, **changes):
        other = copy.deepcopy(tokenizer)
        other.chat_template = template
        for name, value in changes.items():
            setattr(other, name, value)
        return other

    return {
        "chatml": tokenizer,
        "thinking": with_template(DROPS_EARLIER_THINKING),
        "next role": with_template(ENDS_AN_ANSWER_WITH_THE_NEXT_ROLE),
        "trims": with_template(TRIMS),
        "no template": with_template(None),
        "no template, no ChatML": _without_chatml(),
    }


def _without_chatml():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    backend = Tokenizer(models.BPE(vocab={letter: n for n, letter in enumerate(alphabet)}, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<eod>")


@pytest.fixture(scope="session")
def model(tokenizer):
    """A random model; tests that change weights make their own."""
    return embedded.build(tokenizer, TINY, seed=5).eval()


@pytest.fixture(scope="session")
def base_folder(tokenizer, tmp_path_factory) -> Path:
    """The random model and its tokenizer, saved."""
    folder = tmp_path_factory.mktemp("base") / "model"
    embedded.build(tokenizer, TINY, seed=5).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
