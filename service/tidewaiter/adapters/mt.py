"""SWIFT MT103 and MT202 (also COV): FIN messages, alone or several in a file of messages separated by `$`.

Lines of a field are at most 35 letters, so names and words are cut at their ends. Where a line is full, the text is
also read with the next line attached.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from tidewaiter.adapters.drafts import Draft, NotConvertible, PartyDraft, identity, transfer_of
from tidewaiter.adapters.tables import LEFT_OUT, rows

_TYPES: Final = {"103": "mt103", "202": "mt202"}
_ALLOWED: Final = re.compile(r"[a-zA-Z0-9/\-?:().,'+ \n]*")
"""The character set X of SWIFT, which all fields of these messages have but 77T."""
_EXTENDED: Final = re.compile(r"[\x20-\x7e\n]*")
_OPEN: Final = re.compile(r"\{([0-9A-Z]{1,3}):")
_FIELD: Final = re.compile(r"^:(\d\d[A-Z]?):", re.MULTILINE)
_LETTERS: Final = re.compile(r"[^\W_]")
_FULL: Final = 35
_BIC: Final = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_SETTLED: Final = re.compile(r"(\d\d)(\d\d)(\d\d)([A-Z]{3})(\d+,\d*)", re.ASCII)
_AMOUNT: Final = re.compile(r"([A-Z]{3})(\d+,\d*)", re.ASCII)
_COUNTRY: Final = re.compile(r"^/(?:ORDERRES|BENEFRES)/([A-Z]{2})(?=/|$)", re.MULTILINE)
_NUMBERED: Final = re.compile(r"([1-8])/(.*)", re.DOTALL)
_COUNTRY_FIRST: Final = re.compile(r"([A-Z]{2})(?:/(.*))?", re.DOTALL)
_CODED: Final = re.compile(r"([A-Z]{4})/([A-Z]{2})/(.+)", re.DOTALL)
_PAPERS: Final = {"CCPT": "passport", "NIDN": "national_id", "SOSE": "national_id", "TXID": "tax_id"}
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(slots=True)
class _Message:
    """The blocks of one message. `before` are those of an acknowledgement that precedes it."""

    blocks: list[tuple[str, str]] = field(default_factory=list)
    between: list[str] = field(default_factory=list)

    def block(self, name: str) -> str:
        return next((text for each, text in self.blocks if each == name), "")


def transfers(document: bytes) -> Iterator[dict[str, Any]]:
    """Yield the transfer of each message as JSON. Raises NotConvertible."""
    try:
        text = document.decode("ascii").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise NotConvertible(f"byte {error.start} is no ASCII: SWIFT messages have only its character sets") from None
    messages = list(_messages(text))
    if not messages:
        raise NotConvertible("it has no message: {1:...}{2:...}{4:...-}")
    drafts = [(message, _draft(message)) for message in messages]
    for number, (message, (kind, draft)) in enumerate(drafts, start=1):
        form = _TYPES[kind]
        own = draft.ids.get("uetr") or identity("", message.block("1")[3:11], draft.ids.get("reference", ""))
        if "uetr" not in draft.ids and len(drafts) > 1:
            own = f"{own}:{number}"
        yield transfer_of((draft,), "payment", form, "", identity(form, own))


def _messages(text: str) -> Iterator[_Message]:
    """Yield the messages. An acknowledgement in front of one, with blocks of its own, belongs to it."""
    message, at = _Message(), 0
    while (found := _OPEN.search(text, at)) is not None:
        if _LETTERS.search(text, at, found.start()):
            message.between.append(text[at : found.start()].strip())
        name, start = found[1], found.end()
        end = _end_of(text, name, start)
        body = text[start:end].removesuffix("\n-")
        at = end + 1
        if name == "1" and message.block("2"):
            yield message
            message = _Message()
        message.blocks.append((name, body))
    if _LETTERS.search(text, at):
        message.between.append(text[at:].strip())
    if message.blocks:
        yield message
    elif message.between:
        raise NotConvertible("it has no message: {1:...}{2:...}{4:...-}")


def _end_of(text: str, name: str, start: int) -> int:
    """Return where the block ends: at its brace, or for the text of a message at the hyphen before it."""
    if name == "4" and text.startswith("\n", start):
        end = text.find("\n-}", start)
        if end < 0:
            raise NotConvertible("block 4 does not end: -} at the beginning of a line is missing")
        return end + 2
    depth = 1
    for at in range(start, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if not depth:
                return at
    raise NotConvertible(f"block {name} does not end")


def _draft(message: _Message) -> tuple[str, Draft]:
    """Return the type of the message and what it says."""
    header = next((text for name, text in message.blocks if name == "2"), "")
    kind = header[1:4]
    if kind not in _TYPES:
        raise NotConvertible("its block 2 names no MT103 or MT202")
    draft = Draft()
    for number, text in enumerate(message.between, start=1):
        draft.text(f"/between[{number}]", text)
    seen: dict[str, int] = {}
    for name, text in message.blocks:
        number = seen[name] = seen.get(name, 0) + 1
        here = f"/{name}" if number == 1 else f"/{name}[{number}]"
        if name == "4" and not text.startswith("{"):
            _fields(kind, text, here, draft)
        elif name in ("1", "2"):
            _terminal(name, text, here, draft)
        else:
            _tags(name, text, here, draft)
    return kind, draft


def _terminal(name: str, text: str, here: str, draft: Draft) -> None:
    """Add the bank of a logical terminal: eight letters, that of the terminal, and the branch."""
    start = 3 if name == "1" else 14 if text.startswith("O") else 4
    address = text[start : start + 12]
    bank = address[:8] + address[9:]
    if len(address) == 12 and _BIC.fullmatch(bank) and _LEFT_TERMINAL.fullmatch(text[:start] + text[start + 12 :]):
        party = draft.party("financial_institution", here, "organisation")
        draft.identify(party, "bic", bank, here)
    else:
        draft.text(here, text)


_LEFT_TERMINAL: Final = re.compile(r"[FAL]\d\d\d{0,10}|[IO]\d{3}\d{0,34}[SUN]?[123]?(?:\d{3})?", re.ASCII)


def _tags(name: str, text: str, here: str, draft: Draft) -> None:
    """Gather the tags of a block: {3:{108:...}{121:...}}."""
    at = 0
    while (found := _OPEN.search(text, at)) is not None:
        end = _end_of(text, found[1], found.end())
        value, path = text[found.end() : end].strip(), f"{here}/{found[1]}"
        becomes = _table("blocks").get(f"{name}/{found[1]}", "text")
        if _LETTERS.search(text, at, found.start()):
            draft.text(f"{here}/text()", text[at : found.start()].strip())
        if becomes == "id uetr" and _UUID.fullmatch(value):
            draft.ids.setdefault("uetr", value)
        elif value and not _left_out(becomes, value):
            draft.text(path, value)
        at = end + 1
    if _LETTERS.search(text, at):
        draft.text(f"{here}/text()", text[at:].strip())


@cache
def _table(part: str) -> dict[str, str]:
    return {row.field: row.becomes for row in rows("mt") if row.part == part}


_ALSO_LEFT_OUT: Final = {
    "checksum": re.compile(r"[0-9A-F]{8,16}"),
    "time": re.compile(r"/[A-Z]{7}/\d{4}[+-]\d{4}", re.ASCII),
    "amount": re.compile(r"[A-Z]{3}\d{1,15},\d{0,4}", re.ASCII),
    "number": re.compile(r"[\d,]{1,20}", re.ASCII),
}


def _left_out(becomes: str, value: str) -> bool:
    kind = becomes.removeprefix("left out: ")
    if kind == becomes:
        return False
    return (_ALSO_LEFT_OUT.get(kind) or LEFT_OUT[kind]).fullmatch(value) is not None


def _fields(kind: str, text: str, block: str, draft: Draft) -> None:
    """Gather the fields of block 4."""
    found = list(_FIELD.finditer(text))
    if not found:
        raise NotConvertible("block 4 has no field")
    if text[: found[0].start()].strip():
        draft.text(f"{block}/text()", text[: found[0].start()].strip())
    seen: dict[str, int] = {}
    for each, after in zip(found, [*found[1:], None], strict=True):
        tag, value = each[1], text[each.end() : after.start() if after else len(text)].strip("\n")
        number = seen[tag] = seen.get(tag, 0) + 1
        here = f"{block}/{tag}" if number == 1 else f"{block}/{tag}[{number}]"
        if (_EXTENDED if tag == "77T" else _ALLOWED).fullmatch(value) is None:
            raise NotConvertible(f"field {tag} has letters outside of the character set of SWIFT")
        if value.strip():
            _field(_table(kind).get(tag, "text"), value, here, draft)


def _field(becomes: str, value: str, here: str, draft: Draft) -> None:
    lines = [line for line in value.split("\n") if line.strip()]
    if becomes.startswith("party "):
        _, role, how = becomes.split(" ", 2)
        _party(role, how, lines, here, draft)
    elif becomes.startswith("free text"):
        draft.free_texts.append((_without_marks(lines), here))
        draft.size += len(value)
        _attached(lines, here, draft)
        if becomes.endswith("countries"):
            for country in _COUNTRY.findall(value):
                draft.stop("transit", here, country=country)
    elif becomes == "occurred and funds 1":
        _settled(value, here, draft)
    elif becomes == "funds 2":
        amount = _AMOUNT.fullmatch(value.strip())
        if amount is None:
            draft.text(here, value)
        else:
            draft.amount(2, _decimal(amount[2]), amount[1], here)
    elif becomes == "id reference":
        draft.ids.setdefault("reference", value.strip())
        draft.text(here, value.strip())
    elif not _left_out(becomes, value.strip()):
        draft.text(here, value.strip())
        _attached(lines, here, draft)


def _settled(value: str, here: str, draft: Draft) -> None:
    found = _SETTLED.fullmatch(value.strip())
    if found is None:
        draft.text(here, value.strip())
        return
    year, month, day, currency, amount = found.groups()
    draft.moment(f"20{year}-{month}-{day}", here)
    draft.amount(1, _decimal(amount), currency, here)


def _decimal(amount: str) -> str:
    return amount.replace(",", ".").removesuffix(".")


def _without_marks(lines: Sequence[str]) -> str:
    """Return the lines as text. `//` at the beginning of a line says that it goes on with the one before."""
    return "\n".join(lines).replace("\n//", " ")


def _attached(lines: Sequence[str], here: str, draft: Draft) -> None:
    """Keep what full lines say when the next is attached: "AUG" and "UST"."""
    if any(len(line) >= _FULL for line in lines[:-1]):
        whole = "".join(line if len(line) >= _FULL else f"{line}\n" for line in lines)
        draft.text(f"{here}/attached()", whole.strip())


def _party(role: str, how: str, lines: list[str], here: str, draft: Draft) -> None:
    party = draft.party(role, here, "organisation" if role == "financial_institution" else "")
    draft.size += sum(map(len, lines))
    first = 1
    if lines and (lines[0].startswith("/") or (how == "structured" and _CODED.fullmatch(lines[0]))):
        _account(party, lines.pop(0), f"{here}/1", draft)
        first = 2
    _attached(lines, here, draft)
    if how == "bic":
        for number, line in enumerate(lines, start=first):
            if number == first and _BIC.fullmatch(line.strip()):
                party.type = "organisation"
                draft.identify(party, "bic", line.strip(), f"{here}/{number}")
            else:
                draft.text(f"{here}/{number}", line.strip())
    elif how == "structured":
        for number, line in enumerate(lines, start=first):
            _numbered(party, line, f"{here}/{number}", draft)
    elif how == "place":
        party.lines += [(line.strip(), f"{here}/{number}") for number, line in enumerate(lines, start=first)]
    elif lines:
        party.names.append((lines[0].strip(), f"{here}/{first}"))
        party.lines += [(line.strip(), f"{here}/{number}") for number, line in enumerate(lines[1:], start=first + 1)]


def _account(party: PartyDraft, line: str, here: str, draft: Draft) -> None:
    """Add an account, which may have a mark before it (/C/123), a clearing code (//RT), or papers (CCPT/DE/123)."""
    coded = _CODED.fullmatch(line)
    if coded is not None:
        kind, country, rest = coded.groups()
        draft.identify(party, _PAPERS.get(kind, "other"), rest.rpartition("/")[2].strip(), here)
        if "/" in rest:
            draft.text(f"{here}/issuer", rest.rpartition("/")[0])
        draft.country(party, country, here)
        return
    value = re.sub(r"^/(?:/|[CD]/)?", "", line).strip()
    if value:
        draft.identify(party, "other", value, here)


def _numbered(party: PartyDraft, line: str, here: str, draft: Draft) -> None:
    """Add one line of a structured party: 1/ name, 2/ street, 3/ country and town, 4/ birth, 5/ its place, 6/ to 8/."""
    found = _NUMBERED.fullmatch(line)
    if found is None:
        draft.text(here, line.strip())
        return
    number, value = found[1], found[2].strip()
    if not value:
        return
    path = here
    country = _COUNTRY_FIRST.fullmatch(value)
    if number == "1":
        if party.names:  # a name that goes on
            party.names[0] = (f"{party.names[0][0]} {value}", path)
        else:
            party.names.append((value, path))
    elif number == "2" or country is None:
        if number == "4" and re.fullmatch(r"\d{8}", value):
            party.birth_date = (f"{value[:4]}-{value[4:6]}-{value[6:]}", path)
        elif number in "23":
            party.lines.append((value, path))
        else:
            draft.text(path, value)
    elif number == "3":
        draft.country(party, country[1], path)
        if country[2]:
            party.lines.append((country[2], path))
    elif number in "67":
        issuer, _, identifier = (country[2] or "").rpartition("/")
        draft.identify(party, "national_id" if number == "7" else "other", identifier, path)
        if issuer:
            draft.text(f"{path}/issuer", issuer)
    else:
        draft.text(path, value)
