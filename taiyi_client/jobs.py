"""Training jobs: queued once, watched across interruptions, ended, queued again."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from taiyi_api.trainer.v1 import trainer_service_pb2 as wire

from taiyi_client.calling import Service, every
from taiyi_client.errors import Unavailable

PATIENCE_SECONDS = 120.0
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.2, 5.0


class Jobs(Service):
    """Calls of TrainerService. Names are `jobs/ID`."""

    contract = wire.DESCRIPTOR.services_by_name["TrainerService"]

    def create(
        self,
        *,
        stage: str = "stage1",
        train: Mapping[str, Any] | None = None,
        tokens: str = "",
        base_model: str = "data/base_model",
        start_from: str = "",
        queue: str = "cpu",
        request_id: str = "",
        **more: Any,
    ) -> wire.Job:
        """Queue a job. train: settings of `train` in params.yaml that differ; tokens: those of the stage, if others are not
        named; more: other fields of JobSpec.

        request_id: a UUID; with the same one, the same job comes back. Empty: a new one.
        """
        spec = wire.JobSpec(
            stage=stage,
            train_json=json.dumps(train) if train else "",
            tokens=tokens or f"data/tokens/{stage}.arrow",
            base_model=base_model,
            start_from=start_from,
            queue=queue,
            **more,
        )
        asked = wire.CreateJobRequest(request_id=request_id or str(uuid.uuid4()), spec=spec)
        return self._ask("CreateJob", asked, wire.CreateJobResponse).job

    def get(self, name: str) -> wire.Job:
        """One job with its attempts."""
        return self._ask("GetJob", wire.GetJobRequest(name=name), wire.GetJobResponse).job

    def list(self, *, filter: str = "", page_size: int = 0) -> Iterator[wire.Job]:
        """Jobs that pass a filter (`state = "RUNNING"`), newest first, page by page."""

        def page(token: str) -> tuple[Sequence[wire.Job], str]:
            asked = wire.ListJobsRequest(filter=filter, page_size=page_size, page_token=token)
            answer = self._ask("ListJobs", asked, wire.ListJobsResponse)
            return answer.jobs, answer.next_page_token

        return every(page)

    def watch(
        self, name: str, *, resume_after: int = 0, patience_seconds: float = PATIENCE_SECONDS
    ) -> Iterator[wire.JobEvent]:
        """The events of a job until it ends, each once and in order, also when the server goes and comes back.

        resume_after: the sequence number of the last event seen. patience_seconds: how long a server may be away.
        """
        last, wait, away_since = resume_after, _FIRST_WAIT_SECONDS, 0.0
        while True:
            asked = wire.WatchJobRequest(name=name, resume_after=last)
            try:
                for answer in self._stream("WatchJob", asked, wire.WatchJobResponse):
                    last, wait, away_since = answer.event.sequence, _FIRST_WAIT_SECONDS, 0.0
                    yield answer.event
                return
            except Unavailable:
                away_since = away_since or time.monotonic()
                if time.monotonic() - away_since > patience_seconds:
                    raise
            time.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT_SECONDS)

    def wait(self, name: str) -> wire.Job:
        """The job when it has ended."""
        for _ in self.watch(name):
            pass
        return self.get(name)

    def cancel(self, name: str) -> wire.Job:
        """Ask a job to end; a running one keeps its last checkpoint."""
        return self._ask("CancelJob", wire.CancelJobRequest(name=name), wire.CancelJobResponse).job

    def retry(self, name: str, *, request_id: str = "") -> wire.Job:
        """Queue a failed or cancelled job again; it goes on from its newest good checkpoint."""
        asked = wire.RetryJobRequest(name=name, request_id=request_id or str(uuid.uuid4()))
        return self._ask("RetryJob", asked, wire.RetryJobResponse).job
