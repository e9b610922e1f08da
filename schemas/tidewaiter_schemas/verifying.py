"""For consumers and auditors: check signatures and the chain of verdicts. This file needs only `cryptography`.

It imports nothing else of this package, so it may be copied and run alone:

    python verifying.py public.pem < records.jsonl

reads one JSON object a line with `value` (the text of a verdict) and `headers` (an object), prints what is wrong, and
ends with status 1 if anything is. In a program:

    verifier = Verifier(Path("public.pem").read_bytes())
    for message in consumer:
        verifier.take(message.value, message.headers)
    for problem in verifier.problems():
        print(problem)

Signatures show that a worker with a trusted key wrote a verdict, in its place. The chain shows that none between the
first and the last one that was read is missing or changed. `tidewaiter audit verify` also proves that the end is there.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

VERDICT_TYPE: Final = "tidewaiter.verdict.v1"
_BEGINNING: Final = "0" * 64
_PEM: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----")
_CHAIN: Final = re.compile(r"\A([\w.-]+/\d{1,10})@(\d{1,19}) ([0-9a-f]{64}) ([0-9a-f]{64})(?: .*)?", re.ASCII)

Headers = Iterable[tuple[str, bytes | None]]


class Verifier:
    """Takes verdicts in any order and tells what is wrong with them.

    `keys` are the trusted public keys in PEM, one after another. Without any, signatures are not asked for. It keeps
    two links of each verdict: about 300 bytes.
    """

    def __init__(self, keys: bytes = b"") -> None:
        self._keys: dict[str, Ed25519PublicKey] = {}
        for block in _PEM.findall(keys):
            key = load_pem_public_key(block)
            if not isinstance(key, Ed25519PublicKey):
                raise ValueError("a key is not an Ed25519 key")
            der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            self._keys[hashlib.sha256(der).hexdigest()[:16]] = key
        if keys and not self._keys:
            raise ValueError("there is no public key in PEM")
        self._links: dict[str, dict[str, tuple[int, str]]] = {}
        self._problems: list[str] = []

    def take(self, value: bytes, headers: Headers) -> bool:
        """Check one verdict. Return whether its link and signature are right; `problems` says what is not."""
        found = [content.decode(errors="replace") for name, content in headers if name == "chain" and content]
        read = _CHAIN.fullmatch(found[0]) if len(found) == 1 else None
        if read is None:
            return self._wrong(f"a verdict ({hashlib.sha256(value).hexdigest()[:12]}…) has no link")
        chain, offset, before, link = read[1], int(read[2]), read[3], read[4]
        place = f"{chain}@{offset}"
        content = f"{VERDICT_TYPE}\n{place}\n{before}\n{hashlib.sha256(value).hexdigest()}"
        if hashlib.sha256(content.encode()).hexdigest() != link:
            return self._wrong(f"{place}: the verdict was changed, or moved: its link is not that of its content")
        self._links.setdefault(chain, {})[link] = (offset, before)
        if self._keys and self.signer(value, headers) is None:
            return self._wrong(f"{place}: no trusted key has signed the verdict")
        return True

    def signer(self, value: bytes, headers: Headers) -> str | None:
        """Return the id of the trusted key that signed a verdict; None when none did."""
        headers = list(headers)
        covered = VERDICT_TYPE.encode() + b"\n"
        for covering in ("chain", "in-force"):
            link = next((content for name, content in headers if name == covering and content), None)
            covered += b"" if link is None else link + b"\n"
        covered += value
        for name, content in headers:
            algorithm, identity, signature = (*(content or b"").split(b" "), b"", b"")[:3]
            key = self._keys.get(identity.decode(errors="replace"))
            if name != "signature" or algorithm != b"ed25519" or key is None:
                continue
            try:
                key.verify(base64.b64decode(signature, validate=True), covered)
            except (InvalidSignature, binascii.Error, ValueError):
                continue
            return identity.decode()
        return None

    def problems(self) -> Iterator[str]:
        """Yield what is wrong, in words: first with single verdicts, then where some are missing between others."""
        yield from self._problems
        for chain, links in sorted(self._links.items()):
            first = min(offset for offset, _ in links.values())
            for offset, before in sorted(links.values()):
                if before != _BEGINNING and before not in links and offset != first:
                    yield f"{chain}@{offset}: the verdict before it is missing"

    def _wrong(self, problem: str) -> bool:
        self._problems.append(problem)
        return False


def main() -> int:
    """Check the records of standard input. Return 1 when something is wrong."""
    verifier = Verifier(b"".join(Path(name).read_bytes() for name in sys.argv[1:]))
    count = 0
    for line in sys.stdin.buffer:
        count += 1
        record = json.loads(line)
        headers = [
            (name, None if content is None else str(content).encode()) for name, content in record["headers"].items()
        ]
        verifier.take(record["value"].encode(), headers)
    problems = list(verifier.problems())
    for problem in problems:
        print(problem)
    print(f"{count} verdicts, {len(problems)} problems", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
