"""Addresses of the pages."""

from __future__ import annotations

from allauth.account import views as entrance
from allauth.usersessions.views import list_usersessions
from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from webapp.pages.views.accounts import (
    Login,
    PasswordChange,
    PasswordReset,
    PasswordResetConfirm,
    PasswordResetSent,
    account,
)
from webapp.pages.views.architecture import architecture, architecture_document, retrain
from webapp.pages.views.bundles import from_bundle, origin
from webapp.pages.views.candidates import candidates
from webapp.pages.views.compare import compare, compare_data
from webapp.pages.views.data import cancel, data, dataset, remove
from webapp.pages.views.estate import delete as delete_team
from webapp.pages.views.estate import export as export_team
from webapp.pages.views.holdup import run_holdup
from webapp.pages.views.invitations import invitation, invited
from webapp.pages.views.library import library, pin, unpin
from webapp.pages.views.new_study import new_study, preview_study
from webapp.pages.views.notes import network_note, preview_note, study_note, study_tags
from webapp.pages.views.operators import declare_operator, operator_set, operators
from webapp.pages.views.quotas import quotas
from webapp.pages.views.shared import (
    shared_best_file,
    shared_candidates,
    shared_comparison,
    shared_document,
    shared_file,
    shared_history,
    shared_network,
    shared_page,
    shared_picture,
    shared_space_file,
    shared_state,
)
from webapp.pages.views.shares import end_link, shares
from webapp.pages.views.spaces import run_spaces, spaces
from webapp.pages.views.studies import studies
from webapp.pages.views.study import ask, delete, extend, run_history, study
from webapp.pages.views.teams import choose, team, teams
from webapp.pages.views.tokens import revoke_token, tokens
from webapp.pages.views.webhooks import ask_webhook, webhook, webhooks
from webapp.pages.views.workers import strip, workers_page

urlpatterns = [
    path("", studies, name="studies"),
    path("studies/new/", new_study, name="new-study"),
    path("studies/new/preview/", preview_study, name="preview-study"),
    path("studies/<uuid:pk>/", study, name="study"),
    path("studies/<uuid:pk>/delete/", delete, name="delete-study"),
    path("studies/<uuid:pk>/note/", study_note, name="study-note"),
    path("studies/<uuid:pk>/tags/", study_tags, name="study-tags"),
    path("runs/<uuid:pk>/architectures/<str:key>/note/", network_note, name="network-note"),
    path("runs/<uuid:pk>/architectures/<str:key>/pin/", pin, name="pin-network"),
    path("notes/preview/", preview_note, name="preview-note"),
    path("library/", library, name="library"),
    path("library/pins/<uuid:pk>/remove/", unpin, name="unpin-network"),
    path("data/", data, name="data"),
    path("data/<uuid:pk>/", dataset, name="dataset"),
    path("data/<uuid:pk>/delete/", remove, name="delete-dataset"),
    path("data/uploads/<uuid:pk>/cancel/", cancel, name="cancel-upload"),
    path("operators/", operators, name="operators"),
    path("operators/new/", declare_operator, name="new-operator-set"),
    path("operators/<uuid:pk>/", operator_set, name="operator-set"),
    path("operators/<uuid:pk>/declare/", declare_operator, name="declare-operator"),
    path("spaces/", spaces, name="spaces"),
    path("runs/<uuid:pk>/spaces/", run_spaces, name="run-spaces"),
    path("studies/from-bundle/", from_bundle, name="from-bundle"),
    path("studies/<uuid:pk>/origin/", origin, name="study-origin"),
    path("runs/<uuid:pk>/history/", run_history, name="run-history"),
    path("runs/<uuid:pk>/holdup/", run_holdup, name="run-holdup"),
    path("runs/<uuid:pk>/candidates/", candidates, name="run-candidates"),
    path("runs/<uuid:pk>/ask/", ask, name="ask"),
    path("runs/<uuid:pk>/extend/", extend, name="extend-run"),
    path("runs/<uuid:pk>/architectures/<str:key>/", architecture, name="architecture"),
    path(
        "runs/<uuid:pk>/architectures/<str:key>/architecture.json", architecture_document, name="architecture-document"
    ),
    path("runs/<uuid:pk>/architectures/<str:key>/retrain/", retrain, name="retrain-network"),
    path("compare/", compare, name="compare"),
    path("compare/data/", compare_data, name="compare-data"),
    path("shares/", shares, name="shares"),
    path("shares/<uuid:pk>/revoke/", end_link, name="revoke-share"),
    path("shared/<str:token>/", shared_page, name="shared"),
    path("shared/<str:token>/picture.png", shared_picture, name="shared-picture"),
    path("shared/<str:token>/comparison/", shared_comparison, name="shared-compare-data"),
    path("shared/<str:token>/space/<str:name>", shared_space_file, name="shared-space-file"),
    path("shared/<str:token>/runs/<uuid:pk>/state/", shared_state, name="shared-run-state"),
    path("shared/<str:token>/runs/<uuid:pk>/history/", shared_history, name="shared-run-history"),
    path("shared/<str:token>/runs/<uuid:pk>/candidates/", shared_candidates, name="shared-run-candidates"),
    path("shared/<str:token>/runs/<uuid:pk>/architectures/<str:key>/", shared_network, name="shared-architecture"),
    path(
        "shared/<str:token>/runs/<uuid:pk>/architectures/<str:key>/architecture.json",
        shared_document,
        name="shared-architecture-document",
    ),
    path("shared/<str:token>/runs/<uuid:pk>/files/<str:name>", shared_file, name="shared-file"),
    path("shared/<str:token>/runs/<uuid:pk>/best/<str:name>", shared_best_file, name="shared-best-file"),
    path("quotas/", quotas, name="quotas"),
    path("webhooks/", webhooks, name="webhooks"),
    path("webhooks/<uuid:pk>/", webhook, name="webhook"),
    path("webhooks/<uuid:pk>/ask/", ask_webhook, name="ask-webhook"),
    path("workers/", workers_page, name="workers"),
    path("workers/strip/", strip, name="workers-strip"),
    path("teams/", teams, name="teams"),
    path("teams/choose/", choose, name="choose-team"),
    path("teams/<uuid:pk>/", team, name="team"),
    path("teams/<uuid:pk>/delete/", delete_team, name="delete-team"),
    path("teams/<uuid:pk>/export/", export_team, name="export-team"),
    path("invitation/", invitation, name="invitation"),
    path("invitations/<str:key>/", invited, name="invited"),
    path("login/", Login.as_view(), name="login"),
    path("account/", account, name="account"),
    path("account/tokens/", tokens, name="tokens"),
    path("account/tokens/<uuid:pk>/revoke/", revoke_token, name="revoke-token"),
    path("account/password/", PasswordChange.as_view(), name="password-change"),
    path("password/forgotten/", PasswordReset.as_view(), name="password-reset"),
    path("password/sent/", PasswordResetSent.as_view(), name="password-reset-sent"),
    path("password/new/<uidb64>/<token>/", PasswordResetConfirm.as_view(), name="password-reset-confirm"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("signup/", entrance.signup, name="account_signup"),
    path("signup/sent/", entrance.email_verification_sent, name="account_email_verification_sent"),
    path("signup/<str:key>/", entrance.confirm_email, name="account_confirm_email"),
    path("account/again/", entrance.reauthenticate, name="account_reauthenticate"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("account/sessions/", list_usersessions, name="usersessions_list"),
    # Under the names that allauth knows them by:
    path("login/", Login.as_view(), name="account_login"),
    path("logout/", LogoutView.as_view(), name="account_logout"),
    path("inactive/", entrance.account_inactive, name="account_inactive"),
    path("password/forgotten/", PasswordReset.as_view(), name="account_reset_password"),
]
if settings.SOCIALACCOUNT_PROVIDERS:
    urlpatterns += [
        path("sso/", include("allauth.socialaccount.urls")),
        path("sso/", include("allauth.socialaccount.providers.openid_connect.urls")),
    ]
