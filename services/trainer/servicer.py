"""The queue's calls: each one transaction of the store, on another thread; events are read from the database as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from taiyi_api.trainer.v1 import trainer_service_pb2 as pb
from taiyi_api.trainer.v1 import trainer_service_pb2_grpc as wire

from services.kit import filters
from services.kit.database import Database
from services.kit.errors import invalid_field
from services.kit.pages import Pages
from services.kit.threads import in_thread
from services.trainer import convert
from services.trainer.dispatch import Bell
from services.trainer.models import Job
from services.trainer.states import ENDED
from services.trainer.store import jobs, reads

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 1.0
_AT_ONCE = 500


class Trainer(wire.TrainerServiceServicer):
    """Answers from the queue's database. store: artefacts by digest; most_waiting: jobs that may wait, 0: any number."""

    def __init__(
        self, database: Database, bell: Bell, pages: Pages, *, root: Path, store: Path, most_waiting: int = 0
    ) -> None:
        self._database, self._bell, self._pages = database, bell, pages
        self._root, self._store, self._most_waiting = root, store, most_waiting
        self._ringing: set[asyncio.Task[bool]] = set()

    async def CreateJob(self, request: pb.CreateJobRequest, context: object) -> pb.CreateJobResponse:
        """See the contract."""
        found = await in_thread(self._create, request)
        self._ring(found.queue)
        return pb.CreateJobResponse(job=convert.job(found))

    def _create(self, request: pb.CreateJobRequest) -> Job:
        known = jobs.of_request(self._database, request.request_id, convert.spec_of(request.spec))
        if known is not None:
            return known
        new = convert.new_job(request, self._root, self._store)
        return jobs.create(self._database, new, self._most_waiting)

    async def GetJob(self, request: pb.GetJobRequest, context: object) -> pb.GetJobResponse:
        """See the contract."""
        return pb.GetJobResponse(job=convert.job(*await in_thread(reads.get, self._database, _id(request.name))))

    async def ListJobs(self, request: pb.ListJobsRequest, context: object) -> pb.ListJobsResponse:
        """See the contract."""
        page = self._pages.read(request)
        where = filters.parse(request.filter, reads.FIELDS)
        found = await in_thread(reads.page, self._database, where, page.after or 0, page.size + 1)
        shown = found[: page.size]
        token = self._pages.token(request, shown[-1].number) if len(found) > page.size else ""
        return pb.ListJobsResponse(jobs=[convert.job(one) for one in shown], next_page_token=token)

    async def WatchJob(self, request: pb.WatchJobRequest, context: object) -> AsyncIterator[pb.WatchJobResponse]:
        """See the contract."""
        name, after, pause = _id(request.name), request.resume_after, _FIRST_PAUSE_SECONDS
        while True:
            found, events = await in_thread(reads.events, self._database, name, after, _AT_ONCE)
            if after > found.events:
                raise invalid_field("resume_after", f"{request.name} has {found.events} events, none after {after}")
            for one in events:
                after = one.sequence
                yield pb.WatchJobResponse(event=convert.event(one))
            if after == found.events and found.state in ENDED:
                return
            pause = _FIRST_PAUSE_SECONDS if events else min(2 * pause, _LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def CancelJob(self, request: pb.CancelJobRequest, context: object) -> pb.CancelJobResponse:
        """See the contract."""
        return pb.CancelJobResponse(job=convert.job(await in_thread(jobs.cancel, self._database, _id(request.name))))

    async def RetryJob(self, request: pb.RetryJobRequest, context: object) -> pb.RetryJobResponse:
        """See the contract."""
        found = await in_thread(jobs.retry, self._database, _id(request.name), request.request_id)
        self._ring(found.queue)
        return pb.RetryJobResponse(job=convert.job(found))

    def _ring(self, queue: str) -> None:
        """Nudge the workers, without waiting for the broker."""
        task = asyncio.create_task(in_thread(self._bell.ring, queue))
        self._ringing.add(task)
        task.add_done_callback(self._ringing.discard)


def _id(name: str) -> str:
    return name.removeprefix("jobs/")
