"""Every fault there is, by name. The report counts by these names, and nothing that is not here happens to a seed."""

from tests.chaos.faults.armed import ARMED
from tests.chaos.faults.base import Fault
from tests.chaos.faults.broker import BROKER
from tests.chaos.faults.database import DATABASE
from tests.chaos.faults.processes import PROCESSES

__all__ = ["CONDITIONS", "FAULTS", "Fault"]

FAULTS: dict[str, Fault] = {fault.name: fault for fault in (*PROCESSES, *BROKER, *DATABASE, *ARMED)}
CONDITIONS = ("clocks disagree", "slow commits")  # hold from a seed's start to its end
