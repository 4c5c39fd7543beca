"""A study of Optuna's in SQLite, of trials that are given: one by Optuna itself, the others in bulk after its likeness, for
Optuna takes minutes to add ten thousand. Then Optuna reads them, and they are compared. Needs `optuna`; prints one JSON object.

python optuna_dashboard_study.py TRIALS FOLDER

TRIALS is a JSON file: `choices`, the labels of each place, and `trials`, each with `genes`, `score`, `params` and `madds`.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import optuna


def main() -> None:
    given, folder = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    path = folder / "trials.sqlite"
    study = optuna.create_study(
        storage=f"sqlite:///{path}", study_name="the same choices", directions=["maximize", "minimize"]
    )
    places = {
        f"place_{place}": optuna.distributions.CategoricalDistribution(labels)
        for place, labels in enumerate(given["choices"])
    }
    first, *others = given["trials"]
    study.add_trial(
        optuna.trial.create_trial(
            params=dict(zip(places, first["genes"], strict=True)),
            distributions=places,
            values=[first["score"], first["madds"]],
            user_attrs={"params": first["params"]},
        )
    )
    with closing(sqlite3.connect(path)) as rows, rows:
        add(rows, places, others)
    check(study.get_trials(deepcopy=False), given["trials"])
    print(json.dumps({"version": optuna.__version__, "storage": f"sqlite:///{path}", "bytes": path.stat().st_size}))


def add(rows: sqlite3.Connection, places: dict[str, Any], trials: list[dict[str, Any]]) -> None:
    """Rows like those of the first trial."""
    labels = {name: {label: index for index, label in enumerate(kind.choices)} for name, kind in places.items()}
    written = dict(rows.execute("select param_name, distribution_json from trial_params"))
    for number, one in enumerate(trials, start=1):
        like = "select ?, study_id, state, datetime_start, datetime_complete from trials where number = 0"
        columns = "number, study_id, state, datetime_start, datetime_complete"
        trial = rows.execute(f"insert into trials ({columns}) {like}", (number,)).lastrowid
        rows.executemany(
            "insert into trial_params (trial_id, param_name, param_value, distribution_json) values (?, ?, ?, ?)",
            [(trial, name, labels[name][gene], written[name]) for name, gene in zip(places, one["genes"], strict=True)],
        )
        rows.executemany(
            "insert into trial_values (trial_id, objective, value, value_type) values (?, ?, ?, 'FINITE')",
            [(trial, 0, one["score"]), (trial, 1, one["madds"])],
        )
        attribute = "insert into trial_user_attributes (trial_id, key, value_json) values (?, 'params', ?)"
        rows.execute(attribute, (trial, json.dumps(one["params"])))


def check(found: list[optuna.trial.FrozenTrial], given: list[dict[str, Any]]) -> None:
    """What Optuna reads is what was given."""
    for trial, one in zip(found, given, strict=True):
        read = (list(trial.params.values()), trial.values, trial.user_attrs["params"], trial.state.name)
        if read != (one["genes"], [one["score"], one["madds"]], one["params"], "COMPLETE"):
            raise SystemExit(f"trial {trial.number} was read as {read}, and given as {one}")


if __name__ == "__main__":
    main()
