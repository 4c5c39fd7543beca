"""Addresses of the API, below /api/v1/."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.urls import path, re_path
from django.views.generic import TemplateView

from webapp.api.views import (
    audit,
    candidates,
    compare,
    datasets,
    invitations,
    kit,
    people,
    runs,
    shares,
    spaces,
    studies,
    teams,
    tus,
    uploads,
)
from webapp.api.views.document import Document
from webapp.api.views.nowhere import Nowhere

app_name = "api"
urlpatterns = [
    path("me/", people.Me.as_view()),
    path("tokens/", people.Tokens.as_view()),
    path("tokens/<uuid:pk>/", people.OneToken.as_view()),
    path("teams/", teams.Teams.as_view()),
    path("teams/<uuid:pk>/", teams.OneTeam.as_view()),
    path("teams/<uuid:pk>/members/", teams.Members.as_view()),
    path("teams/<uuid:pk>/members/<uuid:user>/", teams.OneMember.as_view()),
    path("teams/<uuid:pk>/hand-over/", teams.HandOver.as_view()),
    path("teams/<uuid:pk>/invitations/", invitations.Invitations.as_view()),
    path("teams/<uuid:pk>/invitations/<uuid:invitation>/", invitations.OneInvitation.as_view()),
    path("invitations/accept/", invitations.AcceptInvitation.as_view()),
    path("teams/<uuid:pk>/audit/", audit.AuditOfTeam.as_view()),
    path("catalog/", kit.Catalog.as_view()),
    path("templates/", kit.Templates.as_view()),
    path("preview/", kit.Preview.as_view()),
    path("datasets/", datasets.Datasets.as_view()),
    path("datasets/<uuid:pk>/", datasets.OneDataset.as_view()),
    path("versions/<uuid:pk>/", datasets.OneVersion.as_view()),
    path("versions/<uuid:pk>/images/<str:split>/<int:position>/", datasets.Picture.as_view(), name="picture"),
    path("uploads/", uploads.Uploads.as_view(), name="uploads"),
    path("uploads/<uuid:pk>/", uploads.OneUpload.as_view()),
    path("uploads/files/", tus.NewFile.as_view()),
    path("uploads/files/<uuid:pk>/", tus.OneUploadedFile.as_view(), name="uploaded-file"),
    path("operator-sets/", kit.OperatorSets.as_view()),
    path("operator-sets/<uuid:pk>/", kit.OneOperatorSet.as_view()),
    path("operator-sets/<uuid:pk>/versions/", kit.OperatorSetVersions.as_view()),
    path("spaces/", spaces.Spaces.as_view()),
    path("spaces/<uuid:pk>/", spaces.OneSpace.as_view()),
    path("spaces/<uuid:pk>/files/<str:name>", spaces.SpaceFile.as_view(), name="space-file"),
    path("compare/", compare.Compare.as_view()),
    path("shares/", shares.Shares.as_view()),
    path("shares/<uuid:pk>/", shares.OneShare.as_view()),
    path("studies/", studies.Studies.as_view()),
    path("studies/<uuid:pk>/", studies.OneStudy.as_view()),
    path("studies/<uuid:pk>/runs/", runs.RunsOfStudy.as_view()),
    *(path(f"studies/<uuid:pk>/{name}/", view.as_view()) for name, view in studies.ASKS_OF_STUDIES.items()),
    path("runs/", runs.Runs.as_view()),
    path("runs/<uuid:pk>/", runs.OneRun.as_view()),
    path("runs/<uuid:pk>/snapshot/", runs.Snapshot.as_view()),
    path("runs/<uuid:pk>/events/", runs.Events.as_view()),
    path("runs/<uuid:pk>/candidates/", candidates.Candidates.as_view()),
    path("runs/<uuid:pk>/architectures/", candidates.Architectures.as_view()),
    path("runs/<uuid:pk>/architectures/<str:key>/", candidates.Architecture.as_view()),
    path("runs/<uuid:pk>/architectures/<str:key>/retrain/", candidates.RetrainNetwork.as_view()),
    path("runs/<uuid:pk>/files/", candidates.Files.as_view()),
    path("runs/<uuid:pk>/files/<str:name>", candidates.OneFile.as_view(), name="file"),
    path("runs/<uuid:pk>/extend/", runs.ExtendRun.as_view()),
    path("runs/<uuid:pk>/spaces/", spaces.SpacesOfRun.as_view()),
    path("runs/<uuid:pk>/best/", candidates.Best.as_view()),
    path("runs/<uuid:pk>/best/<str:name>", candidates.BestFile.as_view(), name="best-file"),
    *(path(f"runs/<uuid:pk>/{name}/", view.as_view()) for name, view in runs.ASKS_OF_RUNS.items()),
    path("schema/", Document.as_view(), name="schema"),
    path(
        "docs/",
        login_required(TemplateView.as_view(template_name="api/docs.html", extra_context={"page": "api"})),
        name="docs",
    ),
    re_path("", Nowhere.as_view()),
]
