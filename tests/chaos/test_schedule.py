"""A schedule is a function of its seed, and over the seeds everything that can happen does."""

from __future__ import annotations

from nas_engine.wire import plain, read
from tests.chaos.faults import CONDITIONS, FAULTS
from tests.chaos.recipes import STUDIES
from tests.chaos.schedule import MOST_FAULTS, Schedule, schedule

FIFTY = [schedule(seed) for seed in range(1, 51)]


def test_a_seed_makes_the_same_schedule_every_time_and_another_seed_another_one() -> None:
    assert [schedule(plan.seed) for plan in FIFTY] == FIFTY
    assert len({str(plain(plan)) for plan in FIFTY}) == len(FIFTY)


def test_a_schedule_survives_being_written_down() -> None:
    assert [read(Schedule, plain(plan)) for plan in FIFTY] == FIFTY


def test_fifty_seeds_meet_every_fault_and_every_study_on_both_databases() -> None:
    happen = {moment.fault for plan in FIFTY for moment in plan.moments}
    assert happen == set(FAULTS)
    assert {name for plan in FIFTY for name in plan.conditions()} == set(CONDITIONS)
    assert {name for plan in FIFTY for name in plan.studies} == set(STUDIES)
    assert {(plan.database, plan.workers) for plan in FIFTY} == {("sqlite", 1), ("postgresql", 3)}


def test_faults_come_in_order_and_only_where_they_can() -> None:
    for plan in FIFTY:
        shares = [moment.share for moment in plan.moments]
        assert shares == sorted(shares)
        assert len(shares) <= MOST_FAULTS
        assert all(plan.database in FAULTS[moment.fault].databases for moment in plan.moments)
