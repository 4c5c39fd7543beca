"""What a link shows, to anybody who holds it. Each address is below `/shared/<token>/`, and asks for the link anew."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, Concatenate, ParamSpec

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from nas_engine.saved import released_form
from webapp.api.ranges import download
from webapp.api.views.spaces import OURS, THEIRS
from webapp.pages.addresses import Opened, address
from webapp.pages.draft.outlook import in_short
from webapp.pages.network import found_network, network_facts
from webapp.pages.plan import limits, planned
from webapp.pages.table import table
from webapp.pages.unfurl.card import card_of, picture_of
from webapp.pages.views.study import chosen_run, numbered
from webapp.pages.winner import winner_of
from webapp.runs.models import Run
from webapp.runs.selectors.best import best_so_far
from webapp.runs.selectors.candidates import exports_of
from webapp.runs.selectors.history import history
from webapp.runs.selectors.snapshot import snapshot
from webapp.sharing.compared import compared_by, told
from webapp.sharing.models import Share
from webapp.sharing.selectors import runs_shown, share_of_token
from webapp.sharing.services.share import count_opening
from webapp.sharing.subjects import is_key
from webapp.spaces.selectors import operators_of
from webapp.studies.comparison.compare import columns

KEPT = "no-referrer"  # the address is the secret: no other site is told it
UNLISTED = "noindex, nofollow"
P = ParamSpec("P")


def shared(view: Callable[Concatenate[Opened, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view of a link that is live; what is unknown, expired, revoked or not part of it is one and the same page."""

    @require_safe
    @wraps(view)
    def asked(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        found = share_of_token(token)
        try:
            if found is None:
                raise Http404
            answer = view(Opened(found, token, request), *args, **kwargs)
        except Http404:
            answer = render(request, "sharing/gone.html", status=404)
        answer["Referrer-Policy"], answer["X-Robots-Tag"] = KEPT, UNLISTED
        return answer

    return asked


@shared
def shared_page(opened: Opened) -> HttpResponse:
    """The thing that the link is to."""
    answer = PAGES[Share.Kind(opened.share.kind)](opened)
    count_opening(opened.share)
    return answer


@shared
def shared_picture(opened: Opened) -> HttpResponse:
    """The picture of the link where it is pasted."""
    answer = HttpResponse(picture_of(opened.share), content_type="image/png")
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"  # it is shown elsewhere
    return answer


def _study(opened: Opened) -> HttpResponse:
    """A study: its newest run, or the one that `?run=` names."""
    runs = runs_shown(opened.share)
    run = chosen_run(runs, opened.request.GET["run"]) if "run" in opened.request.GET else runs.first()
    found = opened.share.subjects.all()[0].study
    shown: dict[str, Any] = {"study": found, "run": run, "runs": numbered(runs), "run_count": runs.count()}
    if run is not None:
        turned = address("run-candidates", run.pk, shared=opened)
        shown |= {"state": _state(run), "facts": _facts(run, opened), "table": table(run, QueryDict(), turned)}
    return _render(opened, "sharing/study.html", shown)


def _network(opened: Opened) -> HttpResponse:
    subject = opened.share.subjects.all()[0]
    return _network_page(opened, get_object_or_404(runs_shown(opened.share), pk=subject.run_id), subject.key)


@shared
def shared_network(opened: Opened, pk: uuid.UUID, key: str) -> HttpResponse:
    """A network of a study that is shown."""
    return _network_page(opened, get_object_or_404(runs_shown(opened.share), pk=pk), key)


def _space(opened: Opened) -> HttpResponse:
    saved = opened.share.space
    if saved is None:
        raise Http404
    shown = {"space": saved, "figures": saved.figures, "size": in_short(int(saved.figures["size"]))}
    return _render(opened, "sharing/space.html", shown | {"operators": operators_of(saved)})


def _comparison(opened: Opened) -> HttpResponse:
    found = compared_by(opened.share)
    rows = [(one, "") for one in found.subjects]
    facts = {"data": address("compare-data", shared=opened)}
    return _render(opened, "sharing/comparison.html", {"comparison": found, "rows": rows, "facts": facts})


@gzip_page
@shared
def shared_comparison(opened: Opened) -> HttpResponse:
    """What the charts of a comparison are drawn from."""
    if opened.share.kind != Share.Kind.COMPARISON:
        raise Http404
    return JsonResponse(told(columns(compared_by(opened.share))))


def _network_page(opened: Opened, run: Run, key: str) -> HttpResponse:
    found, winner = found_network(run, _of(opened, run, key))
    if found is None:
        raise Http404
    mine = winner is not None and winner.key == key
    shown = {
        "run": run,
        "study": run.study,
        "winner": winner if opened.whole or mine else None,
        "alone": not opened.whole,
    }
    return _render(
        opened,
        "sharing/network.html",
        shown | network_facts(run, found, winner, opened.request.GET.get("children")),
    )


@shared
def shared_document(opened: Opened, pk: uuid.UUID, key: str) -> HttpResponse:
    """A network's JSON document, where the link gives out files."""
    run = _giving(opened, pk)
    found, _ = found_network(run, _of(opened, run, key))
    if found is None:
        raise Http404
    answer = JsonResponse(found[0].document, json_dumps_params={"indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="{found[0].key}.json"'
    return answer


@shared
def shared_file(opened: Opened, pk: uuid.UUID, name: str) -> HttpResponseBase:
    """An exported file, where the link gives out files, and shows the network that it is of."""
    run = _giving(opened, pk)
    found = {file.name: file for file in exports_of(run)}.get(name)
    if found is None or not found.path.exists():
        raise Http404
    if not opened.whole:
        winner = winner_of(run)
        _of(opened, run, "" if winner is None else winner.key)
    return download(opened.request, found.path, found.name, found.sha256)


@shared
def shared_best_file(opened: Opened, pk: uuid.UUID, name: str) -> HttpResponseBase:
    """A file of the best network so far, where the link gives out files and shows that network."""
    found = best_so_far(_giving(opened, pk))
    data = None if found is None else found.files.get(name)
    if found is None or data is None:
        raise Http404
    _of(opened, found.run, found.candidate.architecture.key)
    return FileResponse(BytesIO(data), as_attachment=True, filename=name, content_type="application/octet-stream")


@shared
def shared_space_file(opened: Opened, name: str) -> HttpResponse:
    """The document of a space, where the link gives out files."""
    saved = opened.share.space
    if saved is None or not opened.with_files:
        raise Http404
    found = saved.document if name == OURS else released_form(saved.document) if name == THEIRS else None
    if found is None:
        raise Http404
    answer = JsonResponse(found)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@shared
def shared_state(opened: Opened, pk: uuid.UUID) -> HttpResponse:
    """How a run of a study is now, for its page to follow it."""
    return JsonResponse(_state(_run(opened, pk)))


@gzip_page
@shared
def shared_history(opened: Opened, pk: uuid.UUID) -> HttpResponse:
    """What the charts of a run are drawn from."""
    run, upto = _run(opened, pk), opened.request.GET.get("upto", "")
    return JsonResponse(history(run, int(upto) if upto.isdecimal() and len(upto) < 18 else run.last_seq))


@shared
def shared_candidates(opened: Opened, pk: uuid.UUID) -> HttpResponse:
    """A page of the candidates of a run."""
    run = _run(opened, pk)
    shown = {
        "table": table(run, opened.request.GET, address("run-candidates", run.pk, shared=opened)),
        "shared": opened,
    }
    return render(opened.request, "studies/candidates.html", shown)


def _run(opened: Opened, pk: uuid.UUID) -> Run:
    """A run whose whole study is shown."""
    if not opened.whole:
        raise Http404
    return get_object_or_404(runs_shown(opened.share), pk=pk)


def _giving(opened: Opened, pk: uuid.UUID) -> Run:
    """A run that is shown by a link which gives out files."""
    if not opened.with_files:
        raise Http404
    return get_object_or_404(runs_shown(opened.share), pk=pk)


def _of(opened: Opened, run: Run, key: str) -> str:
    """The key, where the link shows that network of the run."""
    named = {(one.run_id, one.key) for one in opened.share.subjects.all()}
    if not is_key(key) or not (opened.whole or (run.pk, key) in named):
        raise Http404
    return key


def _state(run: Run) -> dict[str, Any]:
    """What the page draws. What a run says of the machine that it is on, and of what went wrong there, stays with its team."""
    return snapshot(run) | {"run": "", "study": {"name": run.study.name}, "reason": "", "warnings": []}


def _facts(run: Run, opened: Opened) -> dict[str, Any]:
    """What the page's script needs beside the state."""
    whole = Run.objects.only("recipe").get(pk=run.pk)
    return {
        "now": timezone.now().isoformat(),
        "limits": limits(whole.recipe),
        "plan": planned(whole),
        "state": address("run-state", run.pk, shared=opened),
        "history": address("run-history", run.pk, shared=opened),
        "network": address("architecture", run.pk, "KEY", shared=opened),
        "api": address("file", run.pk, "NAME", shared=opened).removesuffix("files/NAME"),
    }


def _render(opened: Opened, template: str, shown: dict[str, Any]) -> HttpResponse:
    common = {"shared": opened, "until": opened.share.expires, "unfurls": card_of(opened)}
    return render(opened.request, template, {**common, **shown})


PAGES: dict[Share.Kind, Callable[[Opened], HttpResponse]] = {
    Share.Kind.STUDY: _study,
    Share.Kind.ARCHITECTURE: _network,
    Share.Kind.SPACE: _space,
    Share.Kind.COMPARISON: _comparison,
}
