"""Candidates in every order by an index of that order, and their number without counting."""

import django.db.models.deletion
from django.db import migrations, models


def count_answers(apps, _):
    """The tallies of the answers that are there."""
    candidates, tallies = apps.get_model("runs", "Candidate"), apps.get_model("runs", "Tally")
    counted = candidates.objects.order_by().values("run_id", "stage", "status").annotate(count=models.Count("*"))
    tallies.objects.bulk_create([tallies(**row) for row in counted], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0003_deleted_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stage", models.PositiveSmallIntegerField()),
                ("status", models.CharField(choices=[("scored", "Scored"), ("failed", "Failed")], max_length=6)),
                ("count", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "verbose_name_plural": "tallies",
            },
        ),
        migrations.RemoveIndex(
            model_name="candidate",
            name="candidate_by_score",
        ),
        migrations.RemoveIndex(
            model_name="candidate",
            name="candidate_by_question",
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(fields=["run", "question", "status"], name="candidate_by_question"),
        ),
        migrations.AddIndex(
            model_name="architecture",
            index=models.Index(fields=["key"], name="architecture_by_key"),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(
                condition=models.Q(("score__isnull", False)),
                fields=["run", "-score", "number"],
                name="candidate_by_best",
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(
                condition=models.Q(("params__isnull", False)),
                fields=["run", "params", "number"],
                name="candidate_by_params",
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(
                condition=models.Q(("params__isnull", False)),
                fields=["run", "stage", "params", "number"],
                name="candidate_stage_params",
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(
                condition=models.Q(("madds__isnull", False)),
                fields=["run", "madds", "number"],
                name="candidate_by_madds",
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(
                condition=models.Q(("madds__isnull", False)),
                fields=["run", "stage", "madds", "number"],
                name="candidate_stage_madds",
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(fields=["run", "status", "number"], name="candidate_by_status"),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(fields=["run", "stage", "status", "number"], name="candidate_stage_status"),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(fields=["run", "architecture", "number"], name="candidate_by_architecture"),
        ),
        migrations.AddField(
            model_name="tally",
            name="run",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="tallies", to="runs.run"),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(fields=("run", "stage", "status"), name="one_tally_a_status"),
        ),
        migrations.RunPython(
            count_answers, migrations.RunPython.noop
        ),  # last: PostgreSQL alters no table with rows pending
    ]
