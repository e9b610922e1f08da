"""Asks a schema registry with the REST API of Confluent's: for schemas by their id, and for the schema of verdicts.

A schema never changes under its id, so each is asked for once and kept. A registry that does not answer, or answers
something else than the API, is `RegistryUnavailable`: the caller keeps its records and asks again. Only an answer of
the API about this id condemns a record, or a registry that answers about every id but this one.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import quote
from uuid import UUID

import aiohttp

from tidewaiter.adapters.drafts import NotConvertible
from tidewaiter.errors import BrokerError, SettingsError, TidewaiterError
from tidewaiter.observability import logs
from tidewaiter.settings import Settings, VerdictSchema
from tidewaiter.stream.topics import Topics
from tidewaiter.wire.avro import MOST_SCHEMA_BYTES, AvroError, AvroSchema
from tidewaiter.wire.framing import SchemaId, schema_id_bytes
from tidewaiter_schemas.export import DOCUMENTS, json_schema

_TYPE: Final = "application/vnd.schemaregistry.v1+json"
_SECONDS: Final = 5.0
_MOST_ANSWER: Final = 4 * MOST_SCHEMA_BYTES
"""Bytes of an answer: a schema is a JSON text in JSON, and quotation marks in it take two bytes."""
_MOST_REFERENCES: Final = 64
_KEPT: Final = 500
_KEPT_BYTES: Final = 4 * 1024 * 1024
_UNKNOWN_SECONDS: Final = 60.0
_AGAIN_SECONDS: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
_ATTEMPTS: Final = 10
"""With the pauses above, about three minutes."""
_MAY_PASS: Final = frozenset({401, 403, 408, 429})
_NOBODYS: Final = 2**31 - 1
_SECOND_LOOK_SECONDS: Final = 1.0
_SECOND_LOOKS_EVERY: Final = 10.0
_SAY_AGAIN_SECONDS: Final = 60.0
_NO_SUBJECT, _NO_VERSION, _NO_SCHEMA = 40401, 40402, 40403
_TRANSFER: Final = frozenset({"id", "occurred_at", "kind"})
_log = logs.logger("tidewaiter.registry")


class RegistryUnavailable(TidewaiterError):  # noqa: N818 - it is the registry that is unavailable
    """The registry does not answer, or not as a registry does. Nothing follows for the record: ask again later.

    `status` is the HTTP status, 0 without an answer.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class _Refused(TidewaiterError):  # noqa: N818 - it is the request that is refused
    """The registry answers with an error of its API."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{code or status}: {message[:300]}")
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema of transfers. `avro` is None for JSON Schema, whose records are JSON."""

    avro: AvroSchema | None
    size: int

    def json_of(self, content: bytes) -> bytes:
        """Return the content of a record as JSON. Raises NotConvertible."""
        if self.avro is None:
            return content
        try:
            value = self.avro.read(content)
            return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except AvroError as error:
            raise NotConvertible(str(error)) from None


@dataclass(frozen=True, slots=True)
class _Unknown:
    why: str
    until: float
    size: int = 0


class Connection:
    """One registry over HTTP, as an asynchronous context manager. SettingsError for a CA file that cannot be used."""

    def __init__(self, settings: Settings) -> None:
        self._url = (settings.schema_registry_url or "").rstrip("/")
        self._headers = {"Accept": f"{_TYPE}, */*;q=0.5"}
        if settings.schema_registry_password is not None:
            login = f"{settings.schema_registry_username}:{settings.schema_registry_password.get_secret_value()}"
            self._headers["Authorization"] = f"Basic {b64encode(login.encode()).decode()}"
        try:
            self._tls = ssl.create_default_context(cafile=settings.schema_registry_ca_file)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(f"TIDEWAITER_SCHEMA_REGISTRY_CA_FILE cannot be used: {error}") from error
        self._opened = AsyncExitStack()
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS), headers=self._headers)
        self._session = await self._opened.enter_async_context(session)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._opened.aclose()

    async def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Return the JSON object that the registry answers. Raises RegistryUnavailable or _Refused."""
        try:
            async with self._session.request(
                "GET" if body is None else "POST",
                self._url + path,
                data=None if body is None else json.dumps(body),
                headers=None if body is None else {"Content-Type": _TYPE},
                ssl=self._tls,
                allow_redirects=False,
            ) as answer:
                text = await _text_of(answer)
                status = answer.status
        except TimeoutError:
            raise RegistryUnavailable(f"no answer in {_SECONDS:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            raise RegistryUnavailable(str(error) or type(error).__name__) from None
        if status in (401, 403):
            raise RegistryUnavailable(f"it refuses this login (HTTP {status})", status)
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        code = found.get("error_code") if isinstance(found, dict) else None
        if status == 200 and isinstance(found, dict) and code is None:
            return found
        if 400 <= status < 500 and isinstance(code, int) and status != 429:
            raise _Refused(status, code, str(found.get("message", "")))
        raise RegistryUnavailable(f"it answers HTTP {status}, and not as a schema registry does", status)


async def _text_of(answer: aiohttp.ClientResponse) -> bytes:
    text = bytearray()
    async for part in answer.content.iter_any():
        text += part
        if len(text) > _MOST_ANSWER:
            break
    return bytes(text)


class SchemaRegistry:
    """The schemas of transfers, by their ids. `silent` is told for how many seconds the registry has not answered."""

    def __init__(self, connection: Connection, silent: Callable[[float], object] = lambda _: None) -> None:
        self._connection, self._silent = connection, silent
        self._kept: OrderedDict[SchemaId, Schema | _Unknown] = OrderedDict()
        self._size = 0
        self._failing: dict[SchemaId, int] = {}
        self._silent_since: float | None = None
        self._failures = 0
        self._said = self._looked_twice = float("-inf")
        self.again_at = 0.0
        """When the registry is asked again after it has not answered, by `time.monotonic`."""

    async def schema(self, schema: SchemaId) -> Schema:
        """Return the schema with this id.

        Raises NotConvertible for an id that the registry does not know, or whose schema is not one of transfers, and
        RegistryUnavailable until `again_at` when the registry does not answer. A schema that was asked for before needs
        no registry.
        """
        kept = self._kept.get(schema)
        if kept is None or (isinstance(kept, _Unknown) and kept.until < time.monotonic()):
            kept = await self._asked(schema)
            self._keep(schema, kept)
        self._kept.move_to_end(schema)
        if isinstance(kept, _Unknown):
            raise NotConvertible(kept.why)
        return kept

    def nobody_waits(self) -> None:
        """Forget for how long the registry has not answered: the partitions that needed it have moved."""
        if self._silent_since is not None:
            self._silent_since = None
            self._silent(0.0)

    async def _asked(self, schema: SchemaId) -> Schema | _Unknown:
        if time.monotonic() < self.again_at:
            raise RegistryUnavailable("it did not answer a moment ago")
        try:
            found = await self._looked_up(lambda: self._connection.ask(_path_of(schema)))
            told, references = await self._with_references(found)
        except RegistryUnavailable as error:
            if await self._fails_for_this_alone(schema, error):
                self._answers()
                why = f"the schema registry answers HTTP {error.status} when asked for schema {schema}"
                return _Unknown(why, time.monotonic() + _UNKNOWN_SECONDS)
            self._is_silent(error)
            raise
        except _Refused as error:
            self._answers()
            return _Unknown(
                f"the schema registry has no schema {schema} (error {error.code})", time.monotonic() + _UNKNOWN_SECONDS
            )
        self._answers()
        try:
            return await asyncio.to_thread(_schema_of, found, told, references)
        except AvroError as error:
            return _Unknown(f"schema {schema}: {error}", float("inf"))

    async def _fails_for_this_alone(self, schema: SchemaId, error: RegistryUnavailable) -> bool:
        """Return whether the registry answers about an id that nobody has, and not about this one.

        Anybody may write an id that a registry does not answer about as its API says: a number of more than 31 bits, a
        GUID where it has none, a schema that this login may not read. An answer that may pass is waited for, in vain
        `_ATTEMPTS` times.
        """
        attempts = self._failing[schema] = self._failing.pop(schema, 0) + 1
        if len(self._failing) > _KEPT:
            self._failing.pop(next(iter(self._failing)))
        lasting = 400 <= error.status < 500 and error.status not in _MAY_PASS
        if not error.status or not (lasting or attempts >= _ATTEMPTS):
            return False
        try:
            await self._connection.ask(_path_of(_NOBODYS))
        except RegistryUnavailable:
            return False
        except _Refused:
            pass
        self._failing.pop(schema, None)
        return True

    async def _looked_up(self, ask: Callable[[], Awaitable[Mapping[str, Any]]]) -> Mapping[str, Any]:
        """Ask, and once more after a second: a follower of the registry may know a new schema a moment later.

        Not more often than every ten seconds, or records with invented ids would hold up all others.
        """
        try:
            return await ask()
        except _Refused:
            if time.monotonic() - self._looked_twice < _SECOND_LOOKS_EVERY:
                raise
            self._looked_twice = time.monotonic()
            await asyncio.sleep(_SECOND_LOOK_SECONDS)
            return await ask()

    async def _with_references(self, found: Mapping[str, Any]) -> tuple[str, list[str]]:
        """Return the text of a schema and those that it refers to, each after those that it refers to itself."""
        texts: dict[tuple[str, str], str] = {}

        async def add(references: Any, level: int) -> None:
            for each in references if isinstance(references, list) else ():
                if not isinstance(each, dict):
                    raise RegistryUnavailable("it answers with a reference that is no object")
                subject, version = str(each.get("subject")), str(each.get("version"))
                if (subject, version) in texts:
                    continue
                if len(texts) >= _MOST_REFERENCES or level > _MOST_REFERENCES:
                    raise _Refused(0, 0, f"a schema that refers to more than {_MOST_REFERENCES} others is not read")
                path = f"/subjects/{quote(subject, safe='')}/versions/{quote(version, safe='')}"
                one = await self._connection.ask(path)
                await add(one.get("references"), level + 1)
                texts[subject, version] = str(one.get("schema"))

        if found.get("schemaType", "AVRO") == "AVRO":
            await add(found.get("references"), 1)
        return str(found.get("schema")), list(texts.values())

    def _keep(self, schema: SchemaId, found: Schema | _Unknown) -> None:
        if (before := self._kept.pop(schema, None)) is not None:
            self._size -= before.size
        self._kept[schema] = found
        self._size += found.size
        while len(self._kept) > _KEPT or (self._size > _KEPT_BYTES and len(self._kept) > 1):
            _, gone = self._kept.popitem(last=False)
            self._size -= gone.size

    def _is_silent(self, error: RegistryUnavailable) -> None:
        now = time.monotonic()
        since = self._silent_since = self._silent_since if self._silent_since is not None else now
        self.again_at = now + _AGAIN_SECONDS[min(self._failures, len(_AGAIN_SECONDS) - 1)]
        self._failures += 1
        self._silent(max(now - since, 0.001))
        if now - self._said >= _SAY_AGAIN_SECONDS:
            self._said = now
            _log.warning(
                "the schema registry does not answer: records that need it wait", reason=str(error), since=now - since
            )

    def _answers(self) -> None:
        if self._silent_since is not None:
            _log.info("the schema registry answers again", silent_seconds=round(time.monotonic() - self._silent_since))
        self._silent_since, self._failures, self._said = None, 0, float("-inf")
        self._silent(0.0)


def _path_of(schema: SchemaId) -> str:
    return f"/schemas/guids/{schema}" if isinstance(schema, UUID) else f"/schemas/ids/{schema}"


def _schema_of(found: Mapping[str, Any], text: str, references: list[str]) -> Schema:
    kind = found.get("schemaType", "AVRO")
    if kind == "JSON":
        return Schema(None, 0)
    if kind != "AVRO":
        raise AvroError(f"its type is {str(kind)[:20]}: Avro and JSON Schema are read")
    avro = AvroSchema(text, references)
    if avro.name and (missing := sorted(_TRANSFER - avro.fields)):
        raise AvroError(f"it is {avro.shown}, without {' and '.join(missing)}: it describes no transfer")
    return Schema(avro, len(text) + sum(map(len, references)))


async def verdict_schema_header(settings: Settings) -> bytes | None:
    """Return the header that names the schema of verdicts, registered if the settings say so; None without a setting.

    Raises SettingsError when the registry has no such schema or does not take it, BrokerError when it does not answer.
    """
    if settings.verdict_schema is VerdictSchema.NONE:
        return None
    subject = settings.verdict_subject or f"{Topics.of(settings).verdicts}-value"
    (document,) = [each for each in DOCUMENTS if each.name == "verdict"]
    body = {"schemaType": "JSON", "schema": json.dumps(json_schema(document), ensure_ascii=False)}
    path = f"/subjects/{quote(subject, safe='')}"
    try:
        async with Connection(settings) as connection:
            registers = settings.verdict_schema is VerdictSchema.REGISTER
            found = await connection.ask(f"{path}/versions" if registers else path, body)
    except RegistryUnavailable as error:
        raise BrokerError(f"the schema registry at {settings.schema_registry_url} does not answer: {error}") from error
    except _Refused as error:
        if error.code in (_NO_SUBJECT, _NO_VERSION, _NO_SCHEMA):
            raise SettingsError(
                f"TIDEWAITER_VERDICT_SCHEMA is lookup, and the schema registry does not have the schema of verdicts of "
                f"this version under {subject}: register verdict.schema.json there, which `python -m "
                "tidewaiter_schemas.export --into DIR` writes, or set register"
            ) from error
        raise SettingsError(
            f"the schema registry does not take the schema of verdicts under {subject}: {error}. Its compatibility has "
            "to be FORWARD or NONE: verdicts may get new fields"
        ) from error
    guid, number = found.get("guid"), found.get("id")
    try:
        schema: SchemaId = UUID(guid) if isinstance(guid, str) else int(str(number))
        return schema_id_bytes(schema)
    except (ValueError, OverflowError) as error:
        raise BrokerError(f"the schema registry gives the schema of verdicts no id: {str(number)[:40]}") from error
