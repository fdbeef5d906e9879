"""How gunicorn runs the web process: `gunicorn -c python:ivr.web_server …`."""

from __future__ import annotations

import gc
import os
from typing import Any

from prometheus_client import multiprocess

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = 2
threads = 8
timeout = 30
graceful_timeout = 20
keepalive = 30
limit_request_line = 4094
limit_request_field_size = 8190


def post_worker_init(_worker: Any) -> None:
    """What the application is made of is never garbage: to look through it takes 0.1 s."""
    gc.collect()
    gc.freeze()


def child_exit(_server: Any, worker: Any) -> None:
    """What an ended process has counted stays; what it was measuring does not."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
