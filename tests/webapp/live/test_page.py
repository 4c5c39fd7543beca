"""What docs/live.md says is so, and its client works, over a server that was restarted."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from nas_engine.events import Event, Warned
from tests.webapp.live.processes import Web
from webapp.live import consumer
from webapp.runs.models import Run
from webapp.runs.selectors.snapshot import snapshot
from webapp.runs.services.control import cancel
from webapp.runs.services.events import append_events

PAGE = (Path(__file__).parents[3] / "docs/live.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def table(heading: str) -> list[list[str]]:
    """The cells of the rows of a table."""
    rows = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_page_names_every_field_of_the_snapshot(run: Run) -> None:
    named = [name for row in table("Field") for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(named) == sorted(snapshot(run))


def test_the_page_names_every_message_and_every_code() -> None:
    shown = [json.loads(text) for text in blocks("json")]
    assert [message.get("type") for message in shown] == ["snapshot", "events", "gauge", "gauges", None]
    codes = {int(row[0]) for row in table("Closed with")}
    names = ("NOT_KNOWN", "NOT_ALLOWED", "NOT_FOUND", "NOT_UNDERSTOOD", "TRY_AGAIN")
    assert codes == {getattr(consumer, name) for name in names}


def client() -> Any:
    names: dict[str, Any] = {}
    exec(blocks("python")[0], names)
    return names["watch"]


@pytest.mark.timeout(120)
@pytest.mark.xdist_group("kill and resume")
def test_the_client_of_the_page_hears_every_fact_over_a_server_that_was_away(run: Run, token: str, web: Web) -> None:
    heard: list[dict[str, Any]] = []

    def write(text: str) -> None:
        append_events(run.pk, [Event(text, Warned(0, text))])

    async def until(count: int) -> None:
        while len(heard) < count:
            await asyncio.sleep(0.02)

    async def told() -> None:
        write_later = sync_to_async(write)
        watching = asyncio.create_task(client()(f"ws://{web.address}/live/runs/{run.pk}/", token, heard.append))
        await asyncio.wait_for(until(1), 60)
        await write_later("one")
        await asyncio.wait_for(until(2), 60)
        web.stop()
        await write_later("two")
        web.start()
        await write_later("three")
        await asyncio.wait_for(until(4), 60)
        await sync_to_async(cancel)(run.pk)
        await asyncio.wait_for(watching, 60)

    async_to_sync(told)()
    assert heard[0]["run"] == str(run.pk)
    assert [event["seq"] for event in heard[1:]] == [1, 2, 3, 4, 5]
    assert [event["kind"] for event in heard[4:]] == ["run asked", "run ended"]


@pytest.mark.timeout(120)
@pytest.mark.xdist_group("kill and resume")
def test_the_client_of_the_page_does_not_come_back_where_it_may_not_watch(run: Run, web: Web) -> None:
    with pytest.raises(Exception, match="4401"):
        asyncio.run(asyncio.wait_for(client()(f"ws://{web.address}/live/runs/{run.pk}/", "wrong", print), 60))
