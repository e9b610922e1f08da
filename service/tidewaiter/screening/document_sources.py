"""Lead evidence back to the document that a transfer was converted from."""

from __future__ import annotations

from tidewaiter_schemas.transfer import SourceDocument
from tidewaiter_schemas.verdict import Evidence, Finding


def with_sources(findings: tuple[Finding, ...], document: SourceDocument | None) -> tuple[Finding, ...]:
    """Return the findings with the path in `document` in each piece of evidence; unchanged when there is none."""
    if document is None:
        return findings
    return tuple(
        finding.model_copy(update={"evidence": tuple(_with_source(fact, document) for fact in finding.evidence)})
        for finding in findings
    )


def _with_source(fact: Evidence, document: SourceDocument) -> Evidence:
    source = document.path_of(fact.subject)
    return fact if source is None else fact.model_copy(update={"source": source})
