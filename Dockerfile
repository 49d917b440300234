# syntax=docker/dockerfile:1
# One image for every command: the environment that `make setup` builds from the lock, and the source.
# A CUDA build of torch comes by default; --build-arg TORCH_INDEX=<an index named on pytorch.org> chooses another.
FROM python:3.11-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends git make \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home taiyi && install --directory --owner taiyi /srv/taiyi /state

USER taiyi
WORKDIR /srv/taiyi
COPY --chown=taiyi . .

ARG TORCH_INDEX=""
RUN --mount=type=cache,target=/var/cache/pip,uid=1000 \
    PIP_CACHE_DIR=/var/cache/pip make setup TORCH_INDEX="$TORCH_INDEX"

# The image holds no git history, and DVC would ask for it.
RUN .venv/bin/dvc config --local core.no_scm true && mkdir --parents .dvc/cache

ENV PATH=/srv/taiyi/.venv/bin:$PATH DVC_NO_ANALYTICS=1
CMD ["taiyi", "--help"]
