"""One example for each command, which its `--help` and docs/cli.md show."""

from __future__ import annotations

from typing import Final

import typer
from typer.main import get_command_name

EXAMPLES: Final = {
    "screen": "tidewaiter screen transfers.jsonl --jurisdictions UN,US",
    "convert": "tidewaiter convert iso20022 payments.xml > transfers.jsonl",
    "goods": """echo '{"description": "Aurus limousine"}' | tidewaiter goods -""",
    "run": "tidewaiter run --lists-from lists",
    "publish": "tidewaiter publish transfers.jsonl",
    "tail": "tidewaiter tail --from-beginning --count 10",
    "broker": "tidewaiter broker --port 9092",
    "demo": "tidewaiter demo --once",
    "replay": "tidewaiter replay verdicts.jsonl --transfers transfers.jsonl",
    "rescreen": "tidewaiter rescreen --transfers topic --from monday.rulebook",
    "compare": "tidewaiter compare live next.rulebook --transfers topic -o report.html",
    "rescreener": "tidewaiter rescreener",
    "rescreenings": "tidewaiter rescreenings --json",
    "serve": "tidewaiter serve --lists-from lists",
    "settings": "tidewaiter settings | grep -i sasl",
    "topics create": "tidewaiter topics create",
    "dead-letters list": "tidewaiter dead-letters list --reason not_json --max 20",
    "dead-letters show": "tidewaiter dead-letters show 2@17",
    "dead-letters replay": "tidewaiter dead-letters replay --reason engine_error",
    "rules check": "tidewaiter rules check --rules rules",
    "rules import-goods": (
        "tidewaiter rules import-goods measures.csv --format taric --rule EU-RU-LUXURY -o rules "
        "--url https://example.eu/taric --as-of 2026-11-24"
    ),
    "rules diff": "tidewaiter rules diff packaged rules -o changes.html",
    "rules explain": "tidewaiter rules explain transfer.json --rule KP-TO-LUX-2094-2b",
    "rules audit": "tidewaiter rules audit --unverified",
    "rules coverage": "tidewaiter rules coverage --on 2024-02-18",
    "lists sync": "tidewaiter lists sync un ofac --into lists",
    "lists add": (
        "tidewaiter lists add blocked.csv --into lists --name acme-blocked --jurisdiction ACME "
        "--title 'ACME policy 12' --url https://acme.example/12"
    ),
    "lists show": "tidewaiter lists show --lists-from lists",
    "lists diff": "tidewaiter lists diff un@previous un --lists-from lists",
    "rulebook build": "tidewaiter rulebook build -o monday.rulebook --lists-from lists",
    "rulebook publish": "tidewaiter rulebook publish monday.rulebook",
    "rulebook show": "tidewaiter rulebook show monday.rulebook",
    "rulebook diff": "tidewaiter rulebook diff live monday.rulebook",
    "rulebook rollback": "tidewaiter rulebook rollback",
    "rulebook pin": "tidewaiter rulebook pin live --into books",
    "rulebook list": "tidewaiter rulebook list --in books",
    "keys create": "tidewaiter keys create publisher.pem > trusted.pem",
    "keys show": "tidewaiter keys show publisher.pem",
    "audit verify": "tidewaiter audit verify --from 2026-11-01 --keys trusted.pem",
    "audit export": "tidewaiter audit export --from 2026-10-01 --to 2026-11-01 --into 2026-10",
    "dispositions list": "tidewaiter dispositions list --status expired",
    "dispositions add": (
        "tidewaiter dispositions add verdict.json --rule ofac-sdn:47956 --judgement false_positive --by jo "
        "--reason 'Born in 1962; the listed man in 1984'"
    ),
    "dispositions expire": "tidewaiter dispositions expire 0192 --by jo --reason 'A new passport was seen'",
    "dispositions what-if": "tidewaiter dispositions what-if live --transfers topic",
    "tokens new": "tidewaiter tokens new erp --role producer --into tokens.yaml",
}


def show_examples(app: typer.Typer, group: str = "") -> None:
    """Add its example to the help of each command of `app`. KeyError: a command has none."""
    for command in app.registered_commands:
        assert command.callback is not None  # noqa: S101 - typer registers no command without one
        name = command.name or get_command_name(command.callback.__name__)
        command.epilog = f"Example: `{EXAMPLES[f'{group} {name}'.strip()]}`"
    for sub in app.registered_groups:
        assert sub.typer_instance is not None  # noqa: S101 - as above
        show_examples(sub.typer_instance, str(sub.typer_instance.info.name))
