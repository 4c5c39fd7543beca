"""What a page offers to share: named in an address, titled for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from webapp.accounts.models import User
from webapp.sharing.chosen import chosen
from webapp.sharing.models import Share
from webapp.sharing.subjects import Shown, a_comparison, a_network, a_space, a_study


@dataclass(frozen=True)
class Thing:
    """What may be shared: what people call it, the address of its own page, and what an address calls it."""

    shown: Shown
    title: str
    back: str
    asked: str

    @property
    def gives_files(self) -> bool:
        """Whether there is anything to be taken away."""
        return self.shown.kind != Share.Kind.COMPARISON


def asked_for(user: User, given: QueryDict) -> Thing | None:
    """`?study=`, `?run=&architecture=`, `?space=`, or what is compared; None for none. Raises Http404 for what the user may not see."""
    if "study" in given:
        shown = a_study(user, given["study"])
        return _thing(shown, shown.studies[0].name, reverse("study", args=(shown.studies[0].pk,)), given, "study")
    if "run" in given:
        shown = a_network(user, given["run"], given.get("architecture", ""))
        one = shown.networks[0]
        back = reverse("architecture", args=(one.run.pk, one.key))
        return _thing(shown, f"network {one.key}", back, given, "run", "architecture")
    if "space" in given:
        shown = a_space(user, given["space"])
        return _thing(shown, f"space {shown.space}", reverse("spaces"), given, "space")
    if "studies" in given or "architectures" in given:
        named = chosen(user, given)
        shown = a_comparison(named.studies, named.networks)
        return Thing(shown, f"a comparison of {len(named.names)}", f"{reverse('compare')}?{named.asked}", named.asked)
    return None


def _thing(shown: Shown, title: str, back: str, given: Mapping[str, str], *names: str) -> Thing:
    return Thing(shown, title, back, urlencode({name: given[name] for name in names}))


def titled(row: Share) -> str:
    """What a link shows, as people call it."""
    if row.space is not None:
        return f"space {row.space}"
    named = [f"network {one.key}" if one.key else one.study.name for one in row.subjects.all()]
    return ", ".join(named)
