"""Connects to the broker: the one place for TLS and logins, for aiokafka and for Faust."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Self

import faust
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
    for_code,
)
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.structs import OffsetAndMetadata

from tidewaiter.errors import BrokerError, SettingsError
from tidewaiter.runtime.private_file import check_private
from tidewaiter.settings import SaslMechanism, Settings
from tidewaiter.stream.oauth_tokens import TokenFile, TokenUnusable, hear_refusals
from tidewaiter.stream.records import read_anything

CLIENT = "tidewaiter"
_FIRST_AGAIN_SECONDS: Final = 0.1
_CONNECTING: Final = logging.getLogger("aiokafka")
_REFUSED = (
    AuthenticationFailedError,
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
hear_refusals()


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Return the TLS context of the settings; None without encryption. SettingsError for an unusable file."""
    if not settings.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=settings.tls_ca_file)
        if settings.tls_certificate_file is not None:
            if settings.tls_key_file is not None:
                check_private(settings.tls_key_file)
            password = settings.tls_key_password
            context.load_cert_chain(
                settings.tls_certificate_file,
                settings.tls_key_file,
                password.get_secret_value() if password else None,
            )
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"TIDEWAITER_TLS_*: a file cannot be used: {error}") from error
    return context


def client_options(settings: Settings) -> dict[str, Any]:
    """Return keyword arguments for any aiokafka client: the brokers and the login."""
    read_anything()
    options: dict[str, Any] = {
        "bootstrap_servers": list(settings.broker),
        "client_id": CLIENT,
        "security_protocol": settings.security_protocol.value,
        "ssl_context": tls_context(settings),
    }
    if settings.sasl:
        options["sasl_mechanism"] = settings.sasl_mechanism.value
        if settings.sasl_token_file is not None and settings.sasl_mechanism is SaslMechanism.OAUTHBEARER:
            options["sasl_oauth_token_provider"] = TokenFile(settings.sasl_token_file)
        elif settings.sasl_password is not None:
            options["sasl_plain_username"] = settings.sasl_username
            options["sasl_plain_password"] = settings.sasl_password.get_secret_value()
    return options


def faust_credentials(settings: Settings) -> faust.auth.Credentials | None:
    """Return the login for a Faust app."""
    context = tls_context(settings)
    if settings.sasl:
        if settings.sasl_token_file is not None and settings.sasl_mechanism is SaslMechanism.OAUTHBEARER:
            return faust.OAuthCredentials(oauth_cb=TokenFile(settings.sasl_token_file), ssl_context=context)
        password = settings.sasl_password
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=password.get_secret_value() if password else None,
            mechanism=settings.sasl_mechanism.value,
            ssl_context=context,
        )
    return faust.SSLCredentials(context=context) if context is not None else None


@asynccontextmanager
async def started(client: Any, settings: Settings, stop: str = "stop") -> AsyncIterator[Any]:
    """Start an aiokafka client and stop it afterwards. BrokerError has one line.

    A broker that cannot be reached is tried again until the connect timeout, because it may be starting too. Subscribe
    a consumer of a group afterwards: `start` would wait until the group has assigned its partitions, which takes the
    session timeout of a member that was killed.
    """
    where = ", ".join(settings.broker)
    heard = _Attempts()
    try:
        with heard:
            async with asyncio.timeout(settings.connect_timeout_seconds):
                await _reached(client)
    except _REFUSED as error:
        await _put_away(client, stop)
        raise BrokerError(f"the broker at {where} refuses this login: {_reason(error)}") from error
    except (TimeoutError, OSError, KafkaConnectionError) as error:
        await _put_away(client, stop)
        raise BrokerError(await _refusal(settings, heard.reason)) from error
    except KafkaError as error:
        await _put_away(client, stop)
        raise BrokerError(f"the broker at {where} cannot be used: {_reason(error)}") from error
    except asyncio.CancelledError:
        await _put_away(client, stop)
        raise
    try:
        yield client
    finally:
        await _put_away(client, stop)


async def _reached(client: Any) -> None:
    wait = _FIRST_AGAIN_SECONDS
    while True:
        try:
            await client.start()
        except _REFUSED:
            raise
        except (OSError, KafkaConnectionError):
            await asyncio.sleep(wait)
            wait *= 2
        else:
            return


@asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[Any]:
    """Provide a started admin client. Raises BrokerError."""
    client = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=20_000)
    async with started(client, settings, stop="close") as ready:
        yield ready


class _Attempts(logging.Handler):
    """Records, within its block, why the last attempt to connect failed. aiokafka only logs it."""

    def __init__(self) -> None:
        super().__init__()
        self.reason: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the error of the log record."""
        errors = [each for each in record.args or () if isinstance(each, OSError)]
        if errors:
            error = errors[-1]
            known = error.errno is not None and error.errno > 0 and not isinstance(error, socket.gaierror)
            self.reason = os.strerror(error.errno or 0) if known else error.strerror

    def __enter__(self) -> Self:
        _CONNECTING.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        _CONNECTING.removeHandler(self)


async def _refusal(settings: Settings, reason: str | None) -> str:
    """Return why no broker could be used, in words."""
    heard = f" ({reason})" if reason else ""
    nobody = f"no Kafka broker answers at {', '.join(settings.broker)}{heard}: start one, or set TIDEWAITER_BROKER"
    if not (settings.sasl or settings.tls):
        return nobody
    return await refused(settings) or f"{nobody}; or it refuses this login (TIDEWAITER_SASL_*, TIDEWAITER_TLS_*)"


async def committed_offsets(
    client: Any, group: str, places: Sequence[TopicPartition]
) -> dict[TopicPartition, OffsetAndMetadata]:
    """Return what a group has committed for `places`, with offset -1 for nothing. Raises KafkaError.

    `AIOKafkaAdminClient.list_consumer_group_offsets` ignores the error of the whole response, with which a coordinator
    answers that is still loading the group: that would look like a group that has committed nothing.
    """
    by_topic: dict[str, list[int]] = {}
    for place in places:
        by_topic.setdefault(place.topic, []).append(place.partition)
    coordinator = await client.find_coordinator(group)
    response = await client._send_request(OffsetFetchRequest(group, list(by_topic.items())), coordinator)
    committed = {}
    codes = [response.error_code]
    for topic, partitions in response.topics:
        for partition, offset, metadata, code in partitions:
            codes.append(code)
            committed[TopicPartition(topic, partition)] = OffsetAndMetadata(offset, metadata)
    if failed := next(filter(None, codes), None):
        raise for_code(failed)(f"group {group}")
    return committed


async def refused(settings: Settings) -> str | None:
    """Log in once and return why the broker refuses it. None when it does not refuse, or no broker answers."""
    options = client_options(settings)
    for address in options.pop("bootstrap_servers"):
        host, _, port = address.rpartition(":")
        try:
            async with asyncio.timeout(settings.connect_timeout_seconds):
                connection = await create_conn(host.strip("[]"), int(port), **options)
        except UnsupportedSaslMechanismError:
            mechanism = f"TIDEWAITER_SASL_MECHANISM {settings.sasl_mechanism}"
            return f"the broker at {address} refuses this login: it does not take {mechanism}"
        except _REFUSED as error:
            what = "this login (TIDEWAITER_SASL_*)"
            if settings.sasl_mechanism is SaslMechanism.OAUTHBEARER:
                what = f"the token of TIDEWAITER_SASL_TOKEN_FILE {settings.sasl_token_file}; is it still valid?"
            return f"the broker at {address} refuses {what}: {_reason(error)}"
        except TokenUnusable as error:
            return str(error)
        except ssl.SSLError as error:
            return f"no encrypted connection to the broker at {address} (TIDEWAITER_TLS_*): {error}"
        except (TimeoutError, OSError, KafkaError):
            continue
        connection.close()
        return None
    return None


async def _put_away(client: Any, stop: str) -> None:
    try:
        async with asyncio.timeout(5):
            await getattr(client, stop)()
    except (TimeoutError, OSError, KafkaError):
        return
    except asyncio.CancelledError:
        # A consumer without a group that is stopped at once raises this because of a background task.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise


def _reason(error: KafkaError) -> str:
    return str(error) or type(error).__name__
