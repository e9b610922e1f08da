"""Records dispositions: writes them to their topic, and waits until the projection has read them back."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from tidewaiter.errors import BrokerError
from tidewaiter.settings import Settings
from tidewaiter.stream.connection import client_options, started
from tidewaiter.stream.dispositions import check, write
from tidewaiter.wire.signing import SigningKey, signing_key
from tidewaiter_schemas.disposition import Disposition

_SECONDS: Final = 10.0


class Recorder:
    """Writes dispositions with a producer that is connected on first use, and again after a failure."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._signing: SigningKey | None = signing_key(settings)
        self._stack = AsyncExitStack()
        self._producer: Any = None
        self._one = asyncio.Lock()

    async def record(self, disposition: Disposition) -> None:
        """Write a disposition and return when the broker has it. DispositionError, BrokerError."""
        check(self._settings, [disposition], self._signing)
        async with self._one:
            try:
                async with asyncio.timeout(_SECONDS):
                    await write(await self._connected(), self._settings, disposition, self._signing)
            except TimeoutError:
                await self.close()
                raise BrokerError(f"the broker did not take the disposition within {_SECONDS:g} s") from None
            except BrokerError:
                await self.close()
                raise

    async def close(self) -> None:
        """Disconnect."""
        self._producer = None
        stack, self._stack = self._stack, AsyncExitStack()
        await stack.aclose()

    async def _connected(self) -> Any:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **client_options(self._settings), acks="all", max_request_size=self._settings.max_record_bytes
            )
            self._producer = await self._stack.enter_async_context(started(producer, self._settings))
        return self._producer
