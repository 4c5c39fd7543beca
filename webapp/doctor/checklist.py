"""All checks, in the order that they are looked at: one comes after those that it needs."""

from __future__ import annotations

from webapp.doctor.checks.broker import broker
from webapp.doctor.checks.clocks import clocks
from webapp.doctor.checks.database import database, migrations
from webapp.doctor.checks.devices import devices
from webapp.doctor.checks.pages import hosts, packages
from webapp.doctor.checks.storage import disk, storage
from webapp.doctor.checks.workers import leases, workers
from webapp.doctor.finding import Check

CHECKS = (
    Check("database", database),
    Check("migrations", migrations, needs=("database",)),
    Check("broker", broker),
    Check("workers", workers, needs=("migrations",)),
    Check("leases", leases, needs=("migrations",)),
    Check("clocks", clocks, needs=("migrations",)),
    Check("storage", storage),
    Check("disk", disk),
    Check("devices", devices),
    Check("hosts", hosts),
    Check("packages", packages),
)
