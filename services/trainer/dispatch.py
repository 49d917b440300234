"""Nudges: a message on the broker that says "look for work on this queue", and nothing else. It may be lost or doubled."""

from __future__ import annotations

import logging
import threading
from typing import Any

from celery import Celery
from kombu.entity import Queue

log = logging.getLogger("taiyi.services")
TASK = "taiyi.look"
_PREFIX = "taiyi."
_EXPIRES_SECONDS = 300
"""A nudge nobody took by then is of no use: others came after it."""
_PATIENCE_SECONDS = 3


def application(broker: str, *, patient: bool = True) -> Celery:
    """The Celery application of a broker: JSON only, early acknowledgement, no results. patient: waits for its answers
    as long as a consumer does; otherwise for seconds, as one does who only rings.
    """
    amqp = broker.startswith(("amqp", "pyamqp"))
    options: dict[str, object] = {"confirm_publish": True} if amqp else {"visibility_timeout": 3600}
    if not patient and not amqp:
        options.update(socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS)
    app = Celery("taiyi", broker=broker, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        result_backend=None,
        task_acks_late=False,
        task_publish_retry=False,
        task_create_missing_queues=True,
        worker_prefetch_multiplier=1,
        worker_concurrency=1,
        worker_pool="threads",
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=_PATIENCE_SECONDS,
        broker_transport_options=options,
    )
    if amqp:
        app.conf.task_default_queue_type = "quorum"
    return app


def queue(name: str) -> Queue:
    """The broker's queue for one of ours."""
    return Queue(_PREFIX + name, routing_key=_PREFIX + name)  # type: ignore[no-untyped-call]


def reachable(broker: str, timeout_seconds: float = 3.0) -> str:
    """Why a broker does not answer; empty if it does."""
    app = application(broker)
    try:
        with app.connection_for_write(connect_timeout=timeout_seconds) as connection:
            connection.ensure_connection(max_retries=1, timeout=timeout_seconds, interval_start=0, interval_step=0)
    except Exception as error:  # whatever a broker's client raises
        return str(error) or type(error).__name__
    finally:
        app.close()
    return ""


def shown(broker: str) -> str:
    """A broker's URL without its password, for messages."""
    return str(application(broker).connection_for_write().as_uri())


class Bell:
    """Rings for queues. Without a broker it does nothing: workers poll."""

    def __init__(self, broker: str) -> None:
        self._app = application(broker, patient=False) if broker else None
        self._lock = threading.Lock()
        self.failures = 0

    def ring(self, name: str) -> bool:
        """Nudge the workers of a queue; false, and counted, if the broker did not take it."""
        if self._app is None:
            return False
        try:
            with self._lock:
                self._send(self._app, name)
        except Exception as error:  # whatever a broker's client raises: the nudge is disposable
            self.failures += 1
            log.warning("nudge not sent", extra={"fields": {"queue": name, "error": repr(error)}})
            return False
        return True

    def _send(self, app: Any, name: str) -> None:
        app.send_task(TASK, args=[name], queue=queue(name), retry=False, ignore_result=True, expires=_EXPIRES_SECONDS)

    def close(self) -> None:
        """Give back the connections."""
        if self._app is not None:
            self._app.close()
