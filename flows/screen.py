"""Progress bars on a terminal, for steps that take long enough to be worth one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from flows.desk import progress


class Bars:
    """Shows one bar at a time, named after the day and the step."""

    def __init__(self, shown: Progress) -> None:
        """Draw on ``shown``, which is running."""
        self._shown = shown
        self._task = shown.add_task("", total=None, visible=False)
        self.day = ""

    def start(self, description: str, total: int) -> Callable[[], None]:
        """See ``flows.desk.Progress``."""
        self._shown.reset(self._task, description=f"{self.day} {description}".strip(), total=total, visible=total > 0)
        return lambda: self._shown.advance(self._task)


@contextmanager
def showing(console: Console, *, quiet: bool) -> Iterator[None]:
    """Show bars while the block runs; nothing when ``quiet`` or when the console is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as shown:
        token = progress.set(Bars(shown))
        try:
            yield
        finally:
            progress.reset(token)
