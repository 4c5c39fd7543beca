"""A study in a picture: score against MAdds, with the front and the budget."""

from __future__ import annotations

from webapp.pages.plan import limits
from webapp.pages.unfurl.canvas import HUES, Canvas, Plot, short
from webapp.runs.models import Run
from webapp.runs.selectors.best import best_so_far
from webapp.runs.selectors.runs import shown
from webapp.studies.comparison.found import found_by
from webapp.studies.models import Study


def study_says(run: Run | None) -> str:
    """One sentence."""
    if run is None:
        return "A neural architecture search that has not begun."
    best, found = best_so_far(run), found_by(run)
    if best is None:
        return f"A neural architecture search, {shown(run)}; no network has a score yet."
    row = best.candidate
    return (
        f"A neural architecture search, {shown(run)}: best score {row.score:.4f} at {short(row.madds or 0)} MAdds"
        f" and {short(row.params or 0)} parameters, of {found.evaluations:,} answers."
    )


def draw_study(study: Study, run: Run | None) -> bytes:
    canvas = Canvas()
    found = None if run is None else found_by(run)
    canvas.heading(study.name, "not begun" if run is None else f"neural architecture search, {shown(run)}")
    if run is None or found is None or found.stage is None:
        canvas.text((600, 340), "No network has a score yet.", 36, anchor="mm")
        return canvas.png()
    best, limit = best_so_far(run), limits(study.recipe).get("madds")
    rows = [("answers", f"{found.evaluations:,}")]
    if best is not None:
        row = best.candidate
        rows = [
            ("best score", f"{row.score:.4f}"),
            ("MAdds", short(row.madds or 0)),
            ("parameters", short(row.params or 0)),
            *rows,
        ]
    canvas.figures(rows)
    costs = [*found.points.madds, *([limit] if limit else [])]
    plot = Plot.over(canvas, costs, found.points.score)
    plot.cloud(found.points.madds, found.points.score, HUES[0])
    plot.front(found.front.madds, found.front.score, 1)
    if limit:
        plot.budget(limit)
    return canvas.png()
