"""A network that tests can slow down, hold up and cut: a TCP proxy on a thread of its own, and a broker behind it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, Literal, Self

from tests.apache_kafka import ApacheKafka, held_port
from tests.brokers import apache_kafka

_CHUNK = 32 * 1024
Way = Literal["to broker", "to client"]


class Proxy:
    """Passes connections on to `target`, a port of 127.0.0.1 to be set before the first one comes.

    Safe to call from any thread.
    """

    def __init__(self) -> None:
        self.target = 0
        self.usual_delay = 0.0
        """Seconds that 32 KiB take when all is well."""
        self._delay = 0.0
        self._refusing = False
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._loop = asyncio.new_event_loop()
        self._flowing: dict[Way, asyncio.Event] = {"to broker": asyncio.Event(), "to client": asyncio.Event()}
        self._release()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def slow(self, seconds: float) -> None:
        """From now on every 32 KiB, in either direction, take so long."""
        self._delay = seconds

    def hold(self, *ways: Way) -> None:
        """From now on nothing comes through in these directions, or in both, and nobody is told: packets are lost."""
        for way in ways or self._flowing:
            self._loop.call_soon_threadsafe(self._flowing[way].clear)

    def cut(self) -> None:
        """Breaks all connections, and every one that is tried until `heal`."""
        self._refusing = True
        self._loop.call_soon_threadsafe(self._abort)

    def heal(self) -> None:
        """What was held up comes through, and all is well again."""
        self._delay, self._refusing = self.usual_delay, False
        self._loop.call_soon_threadsafe(self._release)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def _release(self) -> None:
        for flowing in self._flowing.values():
            flowing.set()

    def _abort(self) -> None:
        for pair in self._pairs:
            for writer in pair:
                writer.transport.abort()

    async def _close(self) -> None:
        self._server.close()
        self._refusing = True
        self._delay = 0.0
        self._release()
        self._abort()
        # Not cancelled: asyncio reports a connection's task that was.
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, far_writer)
        self._pairs.add(pair)
        try:
            pumps = [asyncio.ensure_future(each) for each in self._passing(*pair, reader, far_reader)]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            self._pairs.discard(pair)
            for each in pair:
                each.transport.abort()

    def _passing(
        self,
        near: asyncio.StreamWriter,
        far: asyncio.StreamWriter,
        from_near: asyncio.StreamReader,
        from_far: asyncio.StreamReader,
    ) -> tuple[Coroutine[Any, Any, None], ...]:
        """What passes on each way, until one of the two ends."""
        return self._pump(from_near, far, "to broker"), self._pump(from_far, near, "to client")

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way) -> None:
        with contextlib.suppress(OSError):
            while passing := await reader.read(_CHUNK):
                if self._delay:
                    await asyncio.sleep(self._delay)
                await self._flowing[way].wait()
                writer.write(passing)
                await writer.drain()


class FrameProxy(Proxy):
    """Passes Kafka's requests and answers on whole, for whoever wants to do something to one of them."""

    def _passing(
        self,
        near: asyncio.StreamWriter,
        far: asyncio.StreamWriter,
        from_near: asyncio.StreamReader,
        from_far: asyncio.StreamReader,
    ) -> tuple[Coroutine[Any, Any, None], ...]:
        marked: set[int] = set()
        return self._requests(from_near, far, marked), self._answers(from_far, near, marked)

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, marked: set[int]) -> None:
        """Pass on what comes from a client, and mark what is to be known again in the answers by its number."""
        raise NotImplementedError

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, marked: set[int]) -> None:
        """Pass on what comes from the broker."""
        raise NotImplementedError


async def frame_of(reader: asyncio.StreamReader) -> bytes | None:
    """The next request or answer with its length before it, None at the end."""
    try:
        size = await reader.readexactly(4)
        return size + await reader.readexactly(int.from_bytes(size, "big"))
    except (asyncio.IncompleteReadError, OSError):
        return None


class FarKafka(ApacheKafka):
    """Apache Kafka that names a proxy as its address to whoever comes through that proxy."""

    def __init__(self, proxy: Proxy) -> None:
        super().__init__()
        self.port = self._ports.enter_context(held_port())
        self._proxy = proxy

    def _properties(self, node: int) -> dict[str, str]:
        properties = super()._properties(node)
        return properties | {
            "listeners": f"{properties['listeners']},FAR://127.0.0.1:{self.port}",
            "advertised.listeners": f"{properties['advertised.listeners']},FAR://{self._proxy.address}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,FAR:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
        }


@contextlib.contextmanager
def kafka_behind(proxy: Proxy) -> Iterator[FarKafka]:
    """Runs an Apache Kafka that workers reach through a proxy, and tests without."""
    with apache_kafka(of=lambda: FarKafka(proxy)) as kafka:
        assert isinstance(kafka, FarKafka)
        proxy.target = kafka.port
        yield kafka
