"""Known vulnerabilities of what we pin: found ones fail, a service that cannot be asked is said and does not."""

from __future__ import annotations

import importlib.util
import json
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dependency_audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


GOOD = {"name": "good", "version": "1", "vulns": []}
BAD = {"name": "bad", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
STRANGE = {"name": "strange", "skip_reason": "Dependency not found on PyPI and could not be audited"}
ADVISORY = {"name": "htmx.org", "title": "breaks out", "url": "https://example.org/advisories/GHSA-1"}


def test_a_vulnerability_fails_and_is_named_with_its_cure(audit: ModuleType) -> None:
    looked = audit.read_python(json.dumps({"dependencies": [GOOD, BAD]}), "")
    lines, is_well = audit.report([("Python packages", looked)], {})
    assert (lines, is_well) == (["VULNERABLE: bad 2: PYSEC-1, fixed in 3"], False)
    looked = audit.read_npm(json.dumps({"vulnerabilities": {"htmx.org": {"via": [ADVISORY, "other"]}}}), "")
    lines, is_well = audit.report([("npm packages", looked)], {})
    assert (lines, is_well) == (["VULNERABLE: htmx.org: GHSA-1, breaks out"], False)


def test_one_that_we_live_with_passes_with_its_reason(audit: ModuleType) -> None:
    looked = audit.read_python(json.dumps({"dependencies": [BAD]}), "")
    lines, is_well = audit.report([("Python packages", looked)], {"PYSEC-1": "never called"})
    assert (lines, is_well) == (["accepted: bad 2: PYSEC-1, fixed in 3 (never called)"], True)


def test_nothing_known_is_said_so(audit: ModuleType) -> None:
    looked = [
        ("Python packages", audit.read_python(json.dumps({"dependencies": [GOOD]}), "")),
        ("npm packages", audit.read_npm(json.dumps({"vulnerabilities": {}}), "")),
    ]
    assert audit.report(looked, {}) == (
        ["Python packages: no known vulnerability", "npm packages: no known vulnerability"],
        True,
    )


@pytest.mark.parametrize(
    ("said", "wrong"),
    [("", "ConnectionError: no route"), ("", ""), ("nonsense", ""), ('{"message": "405 Method Not Allowed"}', "")],
)
@pytest.mark.parametrize("registry", ["python", "npm"])
def test_a_service_that_cannot_be_asked_is_one_line_and_no_failure(
    audit: ModuleType, registry: str, said: str, wrong: str
) -> None:
    lines, is_well = audit.report([("packages", getattr(audit, f"read_{registry}")(said, wrong))], {})
    assert is_well
    assert len(lines) == 1
    assert lines[0].startswith("packages: not looked at, the service cannot be asked here (")


def test_packages_that_the_service_does_not_know_are_not_called_safe(audit: ModuleType) -> None:
    looked = audit.read_python(json.dumps({"dependencies": [GOOD, BAD, STRANGE]}), "")
    lines, is_well = audit.report([("Python packages", looked)], {})
    assert not is_well
    assert "1 of 3 packages are unknown to the service" in lines[-1]


def test_a_program_that_is_missing_is_no_answer(audit: ModuleType) -> None:
    assert audit.answer(["a-program-that-nobody-has"]) == ("", "FileNotFoundError")


def test_what_we_live_with_has_a_reason_and_counts_again_after_its_day(
    audit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ci").mkdir()
    one = '[[accepted]]\nid = "PYSEC-1"\nreason = "never called"\nuntil = 2026-01-31\n'
    (tmp_path / ".ci" / "accepted.toml").write_text(one)
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    assert audit.accepted(date(2026, 1, 31)) == {"PYSEC-1": "never called"}
    assert audit.accepted(date(2026, 2, 1)) == {}
