"""The shipped sample corpora, written in their native formats."""

from pipelines import shell
from taiyi import layout, manifest, samples
from taiyi.params import Params


def work(params: Params) -> None:
    """Write every sample corpus below data/samples."""
    with manifest.whole_folder(layout.SAMPLES) as folder:
        samples.write(folder, documents=params.samples.documents, seed=params.seed)
    manifest.write(
        layout.manifest("samples"), stage="samples", params=params.samples, inputs=(), outputs=(layout.SAMPLES,)
    )


if __name__ == "__main__":
    shell.main("samples", work)
