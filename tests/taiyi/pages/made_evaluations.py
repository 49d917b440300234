"""Made-up evaluations of three models on the paper's benchmarks, scored by the real parts: evaluation folders for pages."""

import random
from pathlib import Path

from taiyi import benchmarks, tasks
from taiyi.evaluation import results
from taiyi.evaluation.outcomes import judge
from taiyi.evaluation.scoring import evaluate, seen_mentions
from taiyi.instances import Context, Instance
from taiyi.records import Turn

BENCHMARKS = Path(__file__).parents[3] / "data" / "benchmarks"
HOSTILE = "<script>alert(1)</script> \" onload='x' </style></article> {{ 7 * 7 }}"
SKILL = {"Taiyi stage 2": 0.82, "Taiyi stage 1": 0.66, "对照模型 7B": 0.45}

ENGLISH = ("lithium", "cyanosis", "hypotonia", "warfarin", "BRCA1", "naloxone", "ischaemic stroke", "renal failure")
CHINESE = ("头痛", "阿司匹林", "急性心肌梗死", "高血压", "肝功能异常", "胰岛素", "支气管炎", "布洛芬")
LABELS = {"en": ("Treatment", "Prevention", "Diagnosis"), "zh": ("病情诊断", "治疗方案", "疾病描述")}
RELATIONS = {"en": ("chemical induced disease",), "zh": ("药物治疗", "临床表现")}
TYPES = {
    "bc5cdr": ("chemical", "disease"),
    "biored": ("chemical entity", "disease or phenotypic feature"),
    "chemdner": ("chemical",),
    "cmeee_v2": ("疾病", "药物"),
    "ncbi_disease": ("disease",),
}


def instance(chance: random.Random, benchmark: benchmarks.Benchmark, number: int) -> Instance:
    """A question of the kind that the benchmark asks, of two or three mentions, one label or one choice."""
    task, language = benchmark.task, benchmark.language
    words = chance.sample(ENGLISH if language == "en" else CHINESE, 4)
    offered: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    if task == "ner":
        offered = TYPES[benchmark.corpus]
        gold = tuple(sorted((chance.choice(offered), word) for word in words[: chance.randint(1, 3)]))
    elif task == "re":
        offered = RELATIONS[language]
        gold = tuple(sorted((chance.choice(offered), words[0], word) for word in words[1 : chance.randint(2, 4)]))
    elif task == "tc":
        offered = LABELS[language]
        gold = ((chance.choice(offered),),)
    else:
        choices, offered = tuple(zip("ABCD", words, strict=True)), tuple("ABCD")
        gold = ((chance.choice("ABCD"),),)
    context = Context(offered=offered, choices=choices, language=language)
    prompt = _prompt(task, language, words, offered, choices)
    turns = (Turn("user", prompt), Turn("assistant", tasks.load(task).answer(gold, context, "taiyi")))
    identifier = f"{benchmark.corpus}/{benchmark.split}/{number}#{task}.{language}.t{1 + number % 3}"
    return Instance(id=identifier, task=task, language=language, style="taiyi", turns=turns, gold=gold, context=context)


def _prompt(task, language, words, offered, choices) -> str:
    if language == "en":
        text = f"{words[0]} therapy was followed by {words[1]}; {words[2]} and {words[3]} were seen in two newborns."
        ask = f"Find every {' and '.join(offered)} in the text below." if task == "ner" else "Answer about this text."
    else:
        text = f"患者因{words[0]}入院，既往有{words[1]}，予{words[2]}治疗后出现{words[3]}，经处理后好转出院。"
        ask = f"找出下文中的{'、'.join(offered)}。" if task == "ner" else "请根据下文回答。"
    return "\n".join((ask, text * 3, *(f"{label}. {choice}" for label, choice in choices)))


def questions(each: int = 40, more: dict[str, int] | None = None) -> list[Instance]:
    """`each` questions of every described benchmark, another number of those in `more`; asked once for one corpus."""
    chance, asked = random.Random(5), {}
    for benchmark in benchmarks.every(BENCHMARKS):
        if benchmark.task in ("ner", "re", "tc", "qa_mc"):
            for number in range((more or {}).get(benchmark.id, each)):
                made = instance(chance, benchmark, number)
                asked.setdefault(made.id, made)
    return list(asked.values())


def answers(asked: list[Instance], skill: float, seed: int) -> dict[str, str]:
    """Raw answers: right with the probability `skill`; else those of another question, noise, markup, or none at all."""
    chance, found = random.Random(seed), {}
    for number, question in enumerate(asked):
        luck = chance.random()
        if luck < skill:
            found[question.id] = question.target
        elif luck < skill + (1 - skill) * 0.7:
            other = chance.choice([q for q in asked[max(number - 9, 0) : number + 9] if q.task == question.task])
            found[question.id] = other.target
        elif luck < skill + (1 - skill) * 0.85:
            found[question.id] = chance.choice((HOSTILE, "", "I cannot say."))
    return found


def write(folder: Path, *, each: int = 40, more: dict[str, int] | None = None) -> list[Path]:
    """An evaluation folder for each model, the best first. The last one was asked fewer questions, and no relations."""
    described, asked = benchmarks.every(BENCHMARKS), questions(each, more)
    seen = seen_mentions(question for question in asked if question.id.endswith("t1"))
    folders = []
    for seed, (name, skill) in enumerate(SKILL.items()):
        part = asked if seed < 2 else [q for i, q in enumerate(asked) if q.task != "re" and (q.task != "tc" or i % 2)]
        outcomes = judge(part, answers(part, skill, seed))
        out = folder / f"model_{seed}"
        out.mkdir(parents=True)
        results.write(out, evaluate(outcomes, seen, described, name=name, model=f"{seed}c0ffee"), outcomes)
        folders.append(out)
    return folders
