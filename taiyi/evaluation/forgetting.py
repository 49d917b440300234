"""What stage 2 forgets: the tasks of stage 1, scored after stage 1 and again after stage 2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from taiyi.benchmarks import Benchmark
from taiyi.evaluation.comparison import Comparison, compare
from taiyi.evaluation.outcomes import judge
from taiyi.evaluation.pairing import System
from taiyi.evaluation.scoring import Records, evaluate
from taiyi.instances import Instance
from taiyi.metrics import significance
from taiyi.records import Part

BEFORE, AFTER = "stage 1", "stage 2"


class Forgetting(Part, frozen=True):
    """Stage 2 (b) against stage 1 (a) on the tasks of stage 1; a negative difference was forgotten.

    reason: why there is nothing to compare; empty where there is a comparison. tasks: those of stage 1.
    """

    reason: str
    tasks: tuple[str, ...] = ()
    comparison: Comparison | None = None

    @property
    def says(self) -> str:
        """All of it in one line."""
        made = self.comparison
        if made is None or made.macro is None:
            return f"what stage 2 forgot is not known: {self.reason or 'no benchmark can be compared'}"
        worse, better = (", ".join(row.name for row in made.rows if row.better == side) or "none" for side in "ab")
        return (
            f"after stage 2 against after stage 1, on {len(made.rows)} benchmarks: {100 * made.macro.difference:+.1f}; "
            f"forgotten: {worse}; better: {better}"
        )


def measured(
    instances: Sequence[Instance],
    before: Mapping[str, str],
    after: Mapping[str, str],
    described: Sequence[Benchmark] = (),
    *,
    records: Records | None = None,
    replicates: int = significance.REPLICATES,
) -> Forgetting:
    """Score and compare the answers after each stage to these instances, which are of the tasks of stage 1.

    before, after: raw answers by instance id, to none but these. described, records: see `scoring.evaluate`, whose errors
    are raised.
    """
    systems = [
        System(name, *evaluate(judge(instances, answers), {}, described, name=name, records=records))
        for name, answers in ((BEFORE, before), (AFTER, after))
    ]
    families = {benchmark.id: benchmark.group for benchmark in described}
    return Forgetting(
        reason="",
        tasks=tuple(sorted({instance.task for instance in instances})),
        comparison=compare(*systems, families=families, replicates=replicates),
    )
