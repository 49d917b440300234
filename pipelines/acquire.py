"""Native files of the enrolled corpora, copied whole (licences and all) from the raw folder to where DVC holds them."""

import shutil
from pathlib import Path

import msgspec

from pipelines import shell
from taiyi import corpora, layout, licences, manifest
from taiyi.corpora import descriptor, imports
from taiyi.params import Params


def work(params: Params) -> None:
    """Copy the folder of every enrolled corpus to data/raw/<corpus>; one that the licence policy excludes, or a split
    without its files, is refused here.
    """
    enrolled = [descriptor.find(corpus, layout.DESCRIPTORS) for corpus in params.corpora]
    licences.check({described.id: described.licence for described in enrolled}, params.licences)
    inputs: list[Path] = []
    with manifest.whole_folder(layout.RAW) as folder:
        for described in enrolled:
            source = imports.raw_folder(described, Path(params.raw.folder))
            there = msgspec.structs.replace(described, folder=source.name)
            present = corpora.splits(there, source.parent, absent=params.raw.absent)
            for split in (split for split in described.used_splits() if split not in present):
                shell.progress(f"acquire: {described.id}/{split}: no files, left out")
            shutil.copytree(source, folder / described.id)
            inputs.append(source)
    shell.progress(f"acquire: {len(inputs)} corpora")
    told = {"raw": params.raw, "licences": params.licences}
    manifest.write(layout.manifest("acquire"), stage="acquire", params=told, inputs=inputs, outputs=(layout.RAW,))


if __name__ == "__main__":
    shell.main("acquire", work)
