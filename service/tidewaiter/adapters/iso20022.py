"""ISO 20022: pacs.008, pacs.009, pacs.004, pain.001 and camt.056, in every version, by one table of their components.

The table has one row for each element of each component, whatever version has it. An element without a row, as a later
version may bring, is a text: it is screened under its path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from lxml import etree

from tidewaiter.adapters.drafts import Draft, ItemDraft, NotConvertible, PartyDraft, identity, transfer_of
from tidewaiter.adapters.tables import LEFT_OUT, rows, words_of_purpose
from tidewaiter.errors import RuleError

MESSAGES: Final = ("pacs.008", "pacs.009", "pacs.004", "pain.001", "camt.056")
_NAMESPACE: Final = re.compile(r"urn:iso:std:iso:20022:tech:xsd:((?:pacs|pain|camt)\.\d{3})\.\d{3}\.\d{2}")
_ENCODINGS: Final = ("UTF-8", "US-ASCII", "ASCII", "ISO-8859-1", "UTF-16")
"""ISO 20022 prescribes UTF-8; the others are what senders use all the same. UTF-7 and its like hide what they say."""
_HEADER: Final = "urn:iso:std:iso:20022:tech:xsd:head.001."
_MOST_LEVELS: Final = 60
"""The messages have 15 levels. Supplementary data may have some of its own."""
_MOST_SHARED: Final = 64 * 1024 * 1024
"""Limit in letters for what all transfers of a document repeat of its header."""
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_TYPES: Final = {"financial_institution": "organisation"}
_UNUSUAL: Final = etree.XPath("boolean(//@*[name() != 'Ccy' or string-length() != 3])")
"""Whether a document has attributes that are no currency. Few have."""
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SCHEMES: Final = {
    "CCPT": "passport", "NIDN": "national_id", "SOSE": "national_id", "TXID": "tax_id", "COID": "registration",
    "CINC": "registration", "SREN": "registration", "SRET": "registration",
}  # fmt: skip
"""The identifier types of codes of the external lists of identification schemes. All others are `other`."""


def transfers(document: bytes) -> Iterator[dict[str, Any]]:
    """Yield the transfers of a message as JSON, in its order. Raises NotConvertible."""
    envelope, message = _parsed(document)
    version = _namespace(message).rpartition(":")[2]
    kind = version[:8]
    components, whole = _components(), Draft()
    body = _only_child(message)
    name = _local(body)
    step = components["Document"].get(name)
    if step is None:
        raise NotConvertible("the message in its Document is not known")
    plain = not _UNUSUAL(envelope)
    walk = _Walk(plain=plain)
    above = ""
    if envelope is not message:
        above = walk.envelope(envelope, message, whole, "")
    if not plain:
        walk.attributes(message, f"{above}/Document", whole)
        walk.attributes(body, "", whole)
    walk.children(body, step.component, "", "", (whole,), 1)
    groups = walk.transfers or [(whole,)]
    if len(groups) > 1:
        shared = sum(draft.size for draft in {id(one): one for group in groups for one in group[:-1]}.values())
        if shared * len(groups) > _MOST_SHARED:
            raise NotConvertible(f"{len(groups):,} transfers would each repeat a header of {shared:,} letters")
    for number, group in enumerate(groups, start=1):
        yield transfer_of(group, "payment", version, f"{above}/Document/{name}", _identity(kind, group, number))


def _identity(message: str, group: tuple[Draft, ...], number: int) -> str:
    """Return the id of a transfer: the UETR, or else what identifies it in its message, and its number there.

    With the kind of message in front: a return is a transfer of its own, not a later version of the payment.
    """
    ids: dict[str, str] = {}
    for draft in group:
        ids |= draft.ids
    if "uetr" in ids:
        return identity(message, ids["uetr"].lower())
    own = ids.get("transaction") or ids.get("instruction") or ids.get("end to end", "")
    return identity(message, ids.get("message", ""), ids.get("batch", ""), own, str(number))


def _parsed(document: bytes) -> tuple[Any, Any]:
    """Return the root element and the one Document in it."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotConvertible(f"it is not well-formed XML: {_where(error)}") from None
    info = root.getroottree().docinfo
    if (info.encoding or "UTF-8").upper() not in _ENCODINGS:
        raise NotConvertible(f"its encoding is none of {', '.join(_ENCODINGS)}")
    if info.internalDTD is not None or info.externalDTD is not None:
        raise NotConvertible("it has a document type declaration, which these messages have not: entities are not read")
    found = [root] if _local(root) == "Document" else list(root.iter("{*}Document"))
    if len(found) != 1:
        raise NotConvertible("it has no Document" if not found else f"it has {len(found)} Documents: send one a record")
    namespace = _NAMESPACE.fullmatch(_namespace(found[0]))
    if namespace is None or namespace[1] not in MESSAGES:
        raise NotConvertible(f"the namespace of its Document is none of {', '.join(MESSAGES)}")
    return root, found[0]


def _where(error: Exception) -> str:
    """Return the kind and place of a syntax error. Its message may quote the document."""
    if isinstance(error, etree.XMLSyntaxError):
        line, column = error.position
        return f"an error in line {line}, column {column}"
    return type(error).__name__


def _only_child(message: Any) -> Any:
    children = list(message)
    if len(children) != 1:
        raise NotConvertible(f"its Document has {len(children)} messages and not one")
    return children[0]


def _namespace(element: Any) -> str:
    return str(element.tag).rpartition("}")[0][1:]


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


class _Walk:
    """A walk over one message. `transfers` are the drafts of each transaction: what it shares, then its own.

    `plain` says that there is no attribute but currencies: the usual case, with less to look at.
    """

    def __init__(self, *, plain: bool) -> None:
        self.transfers: list[tuple[Draft, ...]] = []
        self._plain = plain
        self._names: dict[str, str] = {}

    def children(
        self, element: Any, component: _Component, path: str, owner: str, drafts: tuple[Draft, ...], level: int
    ) -> None:
        """Gather what the children of `element` say. `path` ends with a slash unless it is empty."""
        names, draft, plain = self._names, drafts[-1], self._plain
        seen: dict[str, int] = {}
        for child in element:
            tag = child.tag
            name = names.get(tag)
            if name is None:
                name = names[tag] = tag.rpartition("}")[2]
            number = seen.get(name)
            if number is None:
                seen[name], here = 1, path + name
            else:
                seen[name] = number + 1
                here = f"{path}{name}[{number + 1}]"
            if (tail := child.tail) is not None and not tail.isspace():
                draft.text(f"{here}/following::text()", tail.strip())
            step = component.get(name)
            if step is None:
                self.unmapped(child, here, draft, level)
                continue
            if step.take is None:
                self._into(child, step, here, owner, drafts, level)
                continue
            if len(child):
                self.unmapped(child, here, draft, level)
                continue
            text = child.text
            if text is not None and (text := text.strip()):
                step.take(text, child, here, owner, draft)
            if not plain:
                self.attributes(child, here, draft)

    def _into(self, child: Any, step: _Step, here: str, owner: str, drafts: tuple[Draft, ...], level: int) -> None:
        if level > _MOST_LEVELS:
            raise NotConvertible(f"it has more than {_MOST_LEVELS} levels")
        unusual = (text := child.text) is None or not text.isspace() or not self._plain
        if unusual and self._text_of(child, step, here, owner, drafts[-1]):
            return
        match step.action:
            case "":
                pass
            case "party":
                drafts[-1].party(step.argument, here, _TYPES.get(step.argument, ""))
                owner = here
            case "as":
                if (party := drafts[-1].parties.get(owner)) is not None:
                    party.type = step.argument
            case "account":
                owner = f"{here.rpartition('/')[0]}/{step.argument}".lstrip("/")
            case "item":
                drafts[-1].items[here] = ItemDraft(here)
                owner = here
            case _:  # a transaction, or a group of them
                before, drafts = len(self.transfers), (*drafts, Draft())
                self.children(child, step.component, here + "/", owner, drafts, level + 1)
                if step.action == "transaction" or len(self.transfers) == before:
                    self.transfers.append(drafts)
                return
        self.children(child, step.component, here + "/", owner, drafts, level + 1)

    def _text_of(self, child: Any, step: _Step, here: str, owner: str, draft: Draft) -> bool:
        """Take the text that an element has instead of children, or beside them. Return whether it is a leaf."""
        text = child.text
        if text is not None and not text.isspace():
            if step.leaf is not None and not len(child):
                step.leaf(text.strip(), child, here, owner, draft)
            else:
                draft.text(f"{here}/text()" if len(child) else here, text.strip())
        if not self._plain:
            self.attributes(child, here, draft)
        return not len(child)

    def unmapped(self, element: Any, here: str, draft: Draft, level: int) -> None:
        """Keep every text of an element that no row maps."""
        if level > _MOST_LEVELS:
            raise NotConvertible(f"it has more than {_MOST_LEVELS} levels")
        if element.keys():
            self.attributes(element, here, draft)
        text = element.text
        if text is not None and not text.isspace():
            draft.text(f"{here}/text()" if len(element) else here, text.strip())
        seen: dict[str, int] = {}
        for child in element:
            name = _local(child)
            number = seen[name] = seen.get(name, 0) + 1
            below = f"{here}/{name}" if number == 1 else f"{here}/{name}[{number}]"
            self.unmapped(child, below, draft, level + 1)
            if child.tail is not None and not child.tail.isspace():
                draft.text(f"{below}/following::text()", child.tail.strip())

    def attributes(self, element: Any, here: str, draft: Draft) -> None:
        """Keep the attributes of an element, except the currency of an amount."""
        for name, value in element.items():
            if value.strip() and not (name == "Ccy" and LEFT_OUT["currency"].fullmatch(value)):
                draft.text(f"{here}/@{name.rpartition('}')[2]}".lstrip("/"), value.strip())

    def envelope(self, envelope: Any, message: Any, draft: Draft, above: str) -> str:
        """Gather what stands around the Document: the business application header, and whatever else there is.

        Return the path of the element that has the Document.
        """
        here = found = f"{above}/{_local(envelope)}"
        if not self._plain:
            self.attributes(envelope, here, draft)
        if envelope.text is not None and not envelope.text.isspace():
            draft.text(f"{here}/text()", envelope.text.strip())
        seen: dict[str, int] = {}
        for element in envelope:
            name = _local(element)
            number = seen[name] = seen.get(name, 0) + 1
            below = f"{here}/{name}" if number == 1 else f"{here}/{name}[{number}]"
            if element.tail is not None and not element.tail.isspace():
                draft.text(f"{below}/following::text()", element.tail.strip())
            if element is message:
                continue
            if message in element.iterdescendants():
                found = self.envelope(element, message, draft, here)
            elif name == "AppHdr" and _namespace(element).startswith(_HEADER):
                self.children(element, _components()["AppHdr"], f"{below}/", "", (draft,), 1)
            else:
                self.unmapped(element, below, draft, 1)
        return found


_Take = Callable[[str, Any, str, str, Draft], None]


class _Step(NamedTuple):
    """What is done with one element: `take` its text if it is a leaf, or go into its component."""

    take: _Take | None
    action: str
    argument: str
    component: _Component
    leaf: _Take | None = None
    """What is done with the element where a version has it as a leaf."""


_Component = dict[str, _Step]


@cache
def _components() -> dict[str, _Component]:
    """Return the steps for each element of each component, from the table."""
    components: dict[str, _Component] = {}
    for row in rows("iso20022"):
        components.setdefault(row.part, {})
    merged: dict[str, _Component] = {}
    for row in rows("iso20022"):
        if row.field == "*":
            continue
        first, _, second = row.becomes.partition(" | ")
        leaf = None
        becomes = first
        if second:
            leaf, becomes = _taker(first), second
        if "into " not in becomes:
            components[row.part][row.field] = _Step(_taker(becomes), "", "", {})
            continue
        before, _, rest = becomes.partition("into ")
        named, _, kind = rest.partition(" as ")
        if named not in merged:
            merged[named] = components.get(named, {})
        action, _, argument = before.strip().partition(" ")
        if action == "account":
            argument = argument.removeprefix("of ")
        if kind:
            action, argument = "as", kind
        components[row.part][row.field] = _Step(None, action, argument, merged[named], leaf)
    for named, component in merged.items():
        if named not in components:
            for part in named.split(" or "):
                if part not in components:
                    raise RuleError(f"iso20022.csv: there is no component {part}")
                component.update(components[part])
    return components


def _taker(becomes: str) -> _Take:
    """Return what is done with the text of a leaf."""
    verb, _, argument = becomes.partition(" ")
    if becomes.startswith("left out: "):
        return _left_out(LEFT_OUT[becomes.removeprefix("left out: ")])
    if becomes in _TAKERS:
        return _TAKERS[becomes]
    if verb in _TAKERS_OF:
        return _TAKERS_OF[verb](argument)
    raise RuleError(f"iso20022.csv: “{becomes}” says nothing that an element can become")


def _text(text: str, _element: Any, here: str, _owner: str, draft: Draft) -> None:
    draft.text(here, text)


def _left_out(form: re.Pattern[str]) -> _Take:
    def take(text: str, _element: Any, here: str, _owner: str, draft: Draft) -> None:
        if form.fullmatch(text) is None:
            draft.text(here, text)

    return take


def _of_party(field: Callable[[Draft, PartyDraft, str, str], None]) -> _Take:
    def take(text: str, _element: Any, here: str, owner: str, draft: Draft) -> None:
        party = draft.parties.get(owner)
        if party is None:
            draft.text(here, text)
        else:
            draft.size += len(text)
            field(draft, party, text, here)

    return take


def _residence(draft: Draft, party: PartyDraft, text: str, here: str) -> None:
    before = len(party.countries)
    draft.country(party, text, here)
    if len(party.countries) > before:
        party.residence = party.countries.pop()


def _birth_date(draft: Draft, party: PartyDraft, text: str, here: str) -> None:
    if _DATE.fullmatch(text):
        party.birth_date = (text, here)
    else:
        draft.text(here, text)


def _identifier(kind: str) -> _Take:
    def take(text: str, element: Any, here: str, owner: str, draft: Draft) -> None:
        party = draft.parties.get(owner)
        if party is not None:
            draft.identify(party, _scheme(element) if kind == "by scheme" else kind, text, here)
        else:
            draft.accounts.append((owner, text, here))
            draft.size += len(text)

    return take


def _scheme(element: Any) -> str:
    for beside in element.itersiblings():
        if _local(beside) == "SchmeNm" and len(beside):
            return _SCHEMES.get((beside[0].text or "").strip(), "other")
    return "other"


def _identity_part(kind: str) -> _Take:
    def take(text: str, _element: Any, here: str, _owner: str, draft: Draft) -> None:
        if kind == "uetr" and _UUID.fullmatch(text):
            draft.ids.setdefault(kind, text)
            return
        if kind != "uetr":
            draft.ids.setdefault(kind, text)
        draft.text(here, text)

    return take


def _funds(priority: str) -> _Take:
    def take(text: str, element: Any, here: str, _owner: str, draft: Draft) -> None:
        draft.amount(int(priority), text, element.get("Ccy", ""), here)

    return take


def _occurred(text: str, _element: Any, here: str, _owner: str, draft: Draft) -> None:
    draft.moment(text, here)


def _purpose(text: str, _element: Any, here: str, _owner: str, draft: Draft) -> None:
    draft.purposes.append((text, here))
    draft.size += len(text)


def _purpose_code(text: str, element: Any, here: str, owner: str, draft: Draft) -> None:
    words = words_of_purpose().get(text)
    _purpose(f"{text}: {words}" if words else text, element, here, owner, draft)


def _free_text(text: str, _element: Any, here: str, _owner: str, draft: Draft) -> None:
    draft.free_texts.append((text, here))
    draft.size += len(text)


def _stop(part: str) -> _Take:
    def take(text: str, _element: Any, here: str, _owner: str, draft: Draft) -> None:
        draft.stop(part, here, country=text)

    return take


def _description(text: str, _element: Any, here: str, owner: str, draft: Draft) -> None:
    item = draft.items.get(owner)
    if item is None:
        draft.text(here, text)
    else:
        draft.size += len(text)
        item.add("description", text, here)


_TAKERS: Final[dict[str, _Take]] = {
    "text": _text,
    "name": _of_party(lambda draft, party, text, here: party.names.append((text, here))),
    "alias": _of_party(lambda draft, party, text, here: party.aliases.append((text, here))),
    "address": _of_party(lambda draft, party, text, here: party.lines.append((text, here))),
    "country": _of_party(lambda draft, party, text, here: draft.country(party, text, here)),
    "residence": _of_party(_residence),
    "birth date": _of_party(_birth_date),
    "occurred": _occurred,
    "purpose": _purpose,
    "purpose code": _purpose_code,
    "free text": _free_text,
    "transit country": _stop("transit"),
    "description": _description,
}
_TAKERS_OF: Final[dict[str, Callable[[str], _Take]]] = {
    "identifier": _identifier,
    "id": _identity_part,
    "funds": _funds,
}
