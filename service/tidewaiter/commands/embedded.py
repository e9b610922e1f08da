"""The embedded broker alone, for first tries with clients of one's own."""

from __future__ import annotations

import asyncio
import signal
import threading

from tidewaiter.broker.embedded import EmbeddedBroker
from tidewaiter.commands.options import notes
from tidewaiter.settings import Settings
from tidewaiter.stream import topics


def run_broker(settings: Settings, port: int) -> int:
    """Run the broker until SIGTERM or Ctrl-C, and return the exit status. Raises BrokerError when it cannot start."""
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    with EmbeddedBroker(port) as broker:
        here = settings.model_copy(update={"broker": (broker.address,)})
        for line in asyncio.run(topics.create_topics(here)):
            notes.print(f"  {line}", style="dim")
        notes.print(f"embedded broker on {broker.address} (memory only). A worker for it, in another terminal:")
        notes.print(f"  TIDEWAITER_BROKER={broker.address} TIDEWAITER_SESSION_TIMEOUT_SECONDS=6 tidewaiter run")
        notes.print("Stop with Ctrl-C.")
        asked.wait()
    return 0
