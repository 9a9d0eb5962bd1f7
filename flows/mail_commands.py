"""``contrecoup mail``: what a person does about mails and readers. See flows/outbox.py and flows/subscriptions.py."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from contrecoup.errors import Degraded, SettingsError
from flows.terminal import DAY, DEFAULT_CONFIG, AsJson, Config, errors, output, show_rows

if TYPE_CHECKING:
    from contrecoup.settings import Recipient
    from flows.desk import Desk

mails = typer.Typer(no_args_is_help=True, help="Mails that wait, that failed, or that may have left; who gets them.")

Lang = Annotated[str | None, typer.Option("--lang", help="Only the edition of this language, fr or en.")]


@mails.command("list")
def mail_list(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Mails that have not left, when each is tried next, and those in doubt."""
    from flows.desk import open_desk
    from flows.outbox import Waiting, list_waiting

    desk = open_desk(config, None)
    rows = [astuple(row) for row in list_waiting(desk)]
    _show(desk, list(Waiting.__dataclass_fields__), rows, as_json=as_json)


@mails.command("readers")
def mail_readers(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Who gets which edition and when, who has unsubscribed, and the address at which each does."""
    from flows.desk import open_desk
    from flows.subscriptions import Reader, list_readers

    desk = open_desk(config, None)
    rows = [astuple(row) for row in list_readers(desk)]
    _show(desk, list(Reader.__dataclass_fields__), rows, as_json=as_json)


@mails.command("send")
def mail_send(
    failed: Annotated[bool, typer.Option("--failed", help="Also those that failed: you have mended why.")] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Not those that were put off, until their next try is due. For cron.")
    ] = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Send what has not left though its reader's hour has come; fetch and build nothing."""
    from flows.desk import open_desk
    from flows.outbox import NO_SERVER, SERVER_ADVICE, mail_due

    desk = open_desk(config, None)
    if desk.settings.mail is None:
        raise SettingsError(NO_SERVER, advice=SERVER_ADVICE)
    _tell(mail_due(desk, at_once=not due, failed_too=failed, wait=False))


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


@mails.command("unsubscribe")
def mail_unsubscribe(
    address: Annotated[str | None, typer.Argument(help="The reader's address, when you know that they ask.")] = None,
    link: Annotated[str | None, typer.Option("--link", help="The reader's own link; it is verified.")] = None,
    lang: Lang = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Send a reader no more mails, of one language or of any. Doing it twice does no harm."""
    from flows.desk import open_desk
    from flows.subscriptions import reader_of_link, readers_at, unsubscribe

    if (address is None) == (link is None):
        raise SettingsError("Who unsubscribes?", advice="Give an address, or --link with the reader's own link.")
    desk = open_desk(config, None)
    readers = readers_at(desk.settings, address or "", lang) if link is None else reader_of_link(desk.settings, link)
    unsubscribe(desk, readers)
    _tell_readers(readers, "unsubscribed")


@mails.command("subscribe")
def mail_subscribe(
    address: Annotated[str, typer.Argument(help="The reader's address.")],
    lang: Lang = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Send mails again to a reader who had unsubscribed and has asked for them."""
    from flows.desk import open_desk
    from flows.subscriptions import readers_at, subscribe

    desk = open_desk(config, None)
    readers = readers_at(desk.settings, address, lang)
    subscribe(desk, readers)
    _tell_readers(readers, "subscribed")


@mails.command("serve")
def mail_serve(
    port: Annotated[int, typer.Option(help="Port on the loopback address.", min=1, max=65535)] = 8025,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Answer readers' links on 127.0.0.1 until interrupted; a web server of yours with TLS stands before it."""
    from extractors.leaving import leaving_server
    from flows.subscriptions import leave_by

    try:
        server = leaving_server(leave_by(config), port)
    except OSError as error:
        raise SettingsError(f"Port {port}: {error.strerror}.", advice="Choose another with --port.") from error
    with server, suppress(KeyboardInterrupt):
        output.print(f"http://127.0.0.1:{port}/ answers readers' links.", highlight=False)
        server.serve_forever()


def _show(desk: "Desk", columns: Sequence[str], rows: Sequence[tuple[object, ...]], *, as_json: bool) -> None:
    """Rows; and where no server is set, that nothing of this will leave."""
    from flows.outbox import NO_SERVER, SERVER_ADVICE

    if desk.settings.mail is None:
        errors.print(NO_SERVER, SERVER_ADVICE, markup=False, highlight=False, soft_wrap=True)
    if rows or desk.settings.mail is not None or as_json:
        show_rows(columns, rows, as_json=as_json)


def _tell_readers(readers: "Sequence[Recipient]", state: str) -> None:
    for reader in readers:
        output.print(f"{reader.address} ({reader.lang}): {state}.", markup=False, highlight=False)


def _tell(warnings: Sequence[str]) -> None:
    for warning in warnings:
        output.print(f"! {warning}", markup=False, highlight=False, soft_wrap=True)
    if warnings:
        raise Degraded(
            f"{len(warnings)} mails need you.", advice="See the lines that begin with '!', and 'contrecoup mail list'."
        )
