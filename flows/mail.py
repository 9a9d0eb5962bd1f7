"""Only mails: the flow between two editions, for readers whose hour comes later and servers that asked to wait.

deliveries | outbox > deliveries
"""

from datetime import datetime

from prefect import flow

from flows.desk import open_desk
from flows.outbox import mail_due


@flow(name="mail", log_prints=False)
def mail(config: str = "contrecoup.toml", now: datetime | None = None) -> list[str]:
    """Send what is due by now, but not what failed or must wait: that is for a person. Gives what needs one."""
    return mail_due(open_desk(config, now))
