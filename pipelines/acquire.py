"""Native files of the enrolled corpora, copied whole (licences and all) from the raw folder to where DVC holds them."""

import shutil
from pathlib import Path

from pipelines import shell
from taiyi import corpora, layout, manifest
from taiyi.corpora import descriptor
from taiyi.params import Params


def work(params: Params) -> None:
    """Copy the folder of every enrolled corpus to data/raw/<corpus>; a split without its files is refused here."""
    source = Path(params.raw.folder)
    inputs: list[Path] = []
    with manifest.whole_folder(layout.RAW) as folder:
        for corpus in params.corpora:
            described = descriptor.find(corpus, layout.DESCRIPTORS)
            for split in described.used_splits():
                corpora.files(described, split, source)
            shutil.copytree(source / described.folder, folder / corpus)
            inputs.append(source / described.folder)
    shell.progress(f"acquire: {len(inputs)} corpora from {source}")
    manifest.write(layout.manifest("acquire"), stage="acquire", params=params.raw, inputs=inputs, outputs=(layout.RAW,))


if __name__ == "__main__":
    shell.main("acquire", work)
