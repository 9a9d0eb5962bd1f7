"""``contrecoup mail``: what a person does about mails. See flows/outbox.py."""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Annotated

import typer

from contrecoup.errors import Degraded, SettingsError
from flows.terminal import DAY, DEFAULT_CONFIG, AsJson, Config, output, show_rows

mails = typer.Typer(no_args_is_help=True, help="Mails that wait, that failed, or that may have left.")


@mails.command("list")
def mail_list(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Mails that have not left, when they do, and those in doubt."""
    from flows.desk import open_desk
    from flows.outbox import Waiting, list_waiting

    rows = [astuple(row) for row in list_waiting(open_desk(config, None))]
    show_rows(list(Waiting.__dataclass_fields__), rows, as_json=as_json)


@mails.command("readers")
def mail_readers(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Who gets which edition and when, and the address at which each unsubscribes."""
    from flows.desk import open_desk
    from flows.outbox import Reader, list_readers

    rows = [astuple(row) for row in list_readers(open_desk(config, None).settings)]
    show_rows(list(Reader.__dataclass_fields__), rows, as_json=as_json)


@mails.command("send")
def mail_send(
    failed: Annotated[bool, typer.Option("--failed", help="Also those that failed: you have mended why.")] = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Send what is due by now; fetch and build nothing. For readers whose hour comes after the edition's."""
    from flows.desk import open_desk
    from flows.outbox import mail_due

    _tell(mail_due(open_desk(config, None), failed_too=failed, wait=False))


@mails.command("resend")
def mail_resend(
    to: Annotated[str | None, typer.Option(help="Only those to this address.")] = None,
    on: Annotated[datetime | None, typer.Option("--date", formats=DAY, help="Only those of this edition.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are in doubt.")] = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Send mails in doubt once more. Most of them have arrived: ask the reader first."""
    from flows.desk import open_desk
    from flows.outbox import resend

    if not (to or on or every):
        raise SettingsError(
            "Which mails shall be sent again?",
            advice="Give --to, --date or both, or --all; 'contrecoup mail list' shows those in doubt.",
        )
    number, warnings = resend(open_desk(config, None), recipient=to, edition_on=on.date() if on else None)
    output.print(f"{number} tried again.", highlight=False)
    _tell(warnings)


def _tell(warnings: Sequence[str]) -> None:
    for warning in warnings:
        output.print(f"! {warning}", markup=False, highlight=False, soft_wrap=True)
    if warnings:
        raise Degraded(
            f"{len(warnings)} mails need you.", advice="See the lines that begin with '!', and 'contrecoup mail list'."
        )
