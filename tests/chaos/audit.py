"""The database itself watches who writes what to a Work: triggers that note each write that no rule of the queue allows.

What is rolled back is not noted. On PostgreSQL they also know who writes: each worker's connection bears its name.
"""

from __future__ import annotations

from django.db import connection

TABLE = "chaos_audit"
WHO = "current_setting('application_name')"
BY_WORKER = f"{WHO} like 'chaos/%'"  # the driver, web and sweepers have other names

# Rules of an update of a Work's row, as conditions on what was and what is.
WORK = {
    "taken from a worker that has it": (
        "old.status = 'running' and new.status = 'running' and new.attempt <> old.attempt"
    ),
    "begun again though it is done": "old.status = 'done' and new.status = 'running'",
    "written after its end": (
        "old.status = 'done' and new.status = 'done'"
        " and (new.seconds <> old.seconds or new.attempt <> old.attempt or new.progress <> old.progress)"
    ),
    "written while nobody has it": (
        "old.status = 'queued' and new.status in ('queued', 'done') and (new.seconds <> old.seconds"
        " or new.progress <> old.progress or cast(new.checkpoint as text) is distinct from cast(old.checkpoint as text))"
    ),
    "pointed to a checkpoint of another attempt": (
        "new.status = 'running' and cast(new.checkpoint as text) is distinct from cast(old.checkpoint as text)"
        " and cast(new.checkpoint as text) not like '%-' || new.attempt || '-checkpoint%'"
    ),
}
WORK_BY_NAME = {
    "written by another than its owner": (
        "old.status = 'running' and new.status in ('running', 'done', 'queued') and new.deaths <= old.deaths"
        f" and new.attempt = old.attempt and {BY_WORKER} and {WHO} <> old.owner"
    ),
}
TOLD_TWICE = "old.told and new.told and old is not distinct from new"

POSTGRES = f"""
create table {TABLE} (rule text, work text, who text);
create function chaos_note() returns trigger language plpgsql as $$ begin
  insert into {TABLE} values (tg_argv[0], new.key, {WHO}); return null; end $$;
create function chaos_fact() returns trigger language plpgsql as $$ begin
  if {BY_WORKER} and exists (select 1 from runs_work w where w.run_id = new.run_id
      and w.key = split_part(new.key, '/', 1) and (w.status <> 'running' or w.owner <> {WHO})) then
    insert into {TABLE} values ('a fact told by another than its owner', new.key, {WHO});
  end if; return null; end $$;
create trigger chaos_fact after insert on runs_event for each row execute function chaos_fact();
"""


def install() -> None:
    """Into the database that Django is connected to."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRES)
            for number, (rule, condition) in enumerate({**WORK, **WORK_BY_NAME, "told twice": TOLD_TWICE}.items()):
                cursor.execute(
                    f"create trigger chaos_{number} after update on runs_work for each row"
                    f" when ({condition}) execute function chaos_note('{rule}')"
                )
            return
        cursor.execute(f"create table {TABLE} (rule text, work text, who text)")
        for number, (rule, condition) in enumerate(WORK.items()):
            cursor.execute(
                f"create trigger chaos_{number} after update on runs_work when {condition}"
                f" begin insert into {TABLE} values ('{rule}', new.key, ''); end"
            )


def remove() -> None:
    """What `install` made."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("drop function chaos_note() cascade; drop function chaos_fact() cascade")
        else:
            for number in range(len(WORK)):
                cursor.execute(f"drop trigger chaos_{number}")
        cursor.execute(f"drop table {TABLE}")


def noted() -> list[str]:
    """What was written against a rule, a sentence each."""
    with connection.cursor() as cursor:
        cursor.execute(f"select rule, work, who from {TABLE}")
        return [f"{work}: {rule}{f', by {who}' if who else ''}" for rule, work, who in cursor.fetchall()]
