"""``contrecoup mail``: what a person does about mails and readers. See flows/outbox.py and flows/subscriptions.py."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, fields
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from contrecoup.errors import Degraded, SettingsError
from flows.terminal import DAY, DEFAULT_CONFIG, AsJson, Config, errors, output, show_rows

if TYPE_CHECKING:
    from contrecoup.settings import Recipient
    from flows.desk import Desk
    from flows.outbox import Waiting
    from flows.subscriptions import Reader

mails = typer.Typer(no_args_is_help=True, help="Mails that wait, that failed, or that may have left; who gets them.")

Lang = Annotated[str | None, typer.Option("--lang", help="Only the edition of this language, fr or en.")]


@mails.command("list")
def mail_list(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Mails that have not left, when each is tried next, and those that failed or are in doubt."""
    from flows.desk import open_desk
    from flows.outbox import Waiting, list_waiting

    desk = open_desk(config, None)
    _warn_of_server(desk)
    found = list_waiting(desk)
    if as_json:
        show_rows([field.name for field in fields(Waiting)], [astuple(row) for row in found], as_json=True)
    else:
        _show_blocks([_told_mail(row) for row in found], "No mail waits, failed or is in doubt.")


@mails.command("readers")
def mail_readers(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Who gets which edition and when, who has unsubscribed, and the address at which each does."""
    from flows.desk import open_desk
    from flows.subscriptions import KEY_ADVICE, NO_KEY, Reader, list_readers, needs_key

    desk = open_desk(config, None)
    _warn_of_server(desk)
    if needs_key(desk.settings):
        errors.print(f"! {NO_KEY} {KEY_ADVICE}", markup=False, highlight=False, soft_wrap=True)
    found = list_readers(desk)
    if as_json:
        show_rows([field.name for field in fields(Reader)], [astuple(row) for row in found], as_json=True)
    else:
        _show_blocks([_told_reader(row) for row in found], "The settings have no recipient.")


@mails.command("send")
def mail_send(
    failed: Annotated[bool, typer.Option("--failed", help="Also those that failed: you have mended why.")] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Not those that were put off, until their next try is due. For cron.")
    ] = False,
    on: Annotated[
        datetime | None,
        typer.Option("--date", formats=DAY, help="Only those of this edition, however old (default: of three days)."),
    ] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Send what has not left though its reader's hour has come; fetch and build nothing."""
    from flows.desk import open_desk
    from flows.outbox import NO_SERVER, SERVER_ADVICE, list_waiting, send_now

    desk = open_desk(config, None)
    if desk.settings.mail is None:
        raise SettingsError(NO_SERVER, advice=SERVER_ADVICE)
    day = on.date() if on else None
    tried, warnings = send_now(desk, edition_on=day, at_once=not due, failed_too=failed)
    if not due:
        output.print(f"{tried} tried." if tried else _nothing(list_waiting(desk)), highlight=False, soft_wrap=True)
    _tell(warnings)


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
    if link is not None and lang is not None:
        raise SettingsError("A link is of one language already.", advice="Leave --lang out, or give an address.")
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


def _warn_of_server(desk: "Desk") -> None:
    """Where no server is set, say that nothing of this will leave."""
    from flows.outbox import NO_SERVER, SERVER_ADVICE

    if desk.settings.mail is None:
        errors.print(NO_SERVER, SERVER_ADVICE, markup=False, highlight=False, soft_wrap=True)


def _show_blocks(blocks: Sequence[tuple[str, str]], none: str) -> None:
    """A line each and another under it, for addresses and links are to be copied whole."""
    for line, below in blocks:
        output.print(line, markup=False, highlight=False, soft_wrap=True)
        if below:
            output.print(f"  {below}", markup=False, highlight=False, soft_wrap=True)
    if not blocks:
        output.print(none)


def _told_mail(row: "Waiting") -> tuple[str, str]:
    tries = f", tried {row.attempts} time{'s' if row.attempts != 1 else ''}" if row.attempts else ""
    after = f", next try {row.next_try_at:%Y-%m-%d %H:%M} UTC" if row.next_try_at else ""
    return f"{row.edition_on} {row.lang} {row.recipient}: {row.state}{tries}{after}", row.detail


def _told_reader(row: "Reader") -> tuple[str, str]:
    return f"{row.recipient} ({row.lang}): {row.state}, {row.at}, profile {row.profile}", row.unsubscribe


def _nothing(rows: "Sequence[Waiting]") -> str:
    """That nothing was sent, and which days have mails that a person can send."""
    days = sorted({row.edition_on.isoformat() for row in rows if row.state == "failed"}, reverse=True)
    if days:
        return (
            f"Nothing to send. Mails failed on {', '.join(days)}: 'contrecoup mail list' says why, and "
            "'contrecoup mail send --failed --date DAY' sends a day's."
        )
    return "Nothing to send."


def _tell_readers(readers: "Sequence[Recipient]", state: str) -> None:
    for reader in readers:
        output.print(f"{reader.address} ({reader.lang}): {state}.", markup=False, highlight=False)


def _tell(warnings: Sequence[str]) -> None:
    for warning in warnings:
        output.print(f"! {warning}", markup=False, highlight=False, soft_wrap=True)
    if warnings:
        raise Degraded(
            "A mail needs you." if len(warnings) == 1 else f"{len(warnings)} mails need you.",
            advice="See the lines that begin with '!', and 'contrecoup mail list'.",
        )
