"""A worker with short leases whose training process is the stepper: work.py ROOT DATABASE BROKER SETTINGS-AS-JSON."""

import json
import sys
from pathlib import Path

from services.kit import logs
from services.kit.settings import Settings
from services.trainer import worker

root, database, broker, told = sys.argv[1:]
settings = json.loads(told)
worker.SLOW_POLL_SECONDS = settings.pop("slow_poll_seconds", worker.SLOW_POLL_SECONDS)
worker.POLL_SECONDS = settings.pop("poll_seconds", 0.2)
logs.to()
sys.exit(
    worker.run(
        Settings(root=Path(root), database=database, broker=broker),
        settings.pop("queues", ["cpu"]),
        **({"command": (sys.executable, str(Path(__file__).with_name("stepper.py")))} | settings),
    )
)
