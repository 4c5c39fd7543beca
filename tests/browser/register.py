"""Every page in each of its states, and every control of every page with the test that uses it. Held by two machines:

* `test_every_button.py` visits each page in each state of VISITS and compares what stands there with CONTROLS, both ways;
* each browser test, when it ends, is held to its lines of CONTROLS: it did use the control, by mouse or keyboard, and what
  is said to be seen after it was seen (see `controls.py`).

**To add a control**, add one line to CONTROLS under its page: its name, as the failing test gives it, the test that uses it
(`file::test`, the file without its first `test_`), and what is then to be seen: `GET /address/*`,
`saves *.svg`, or a CSS selector of what then looks otherwise. **To add a page**, add one line to VISITS: its route's name
and its states. A state that needs rows of its own gets them in `states.py`, under the address `<route>/<state>`; a page
whose route takes nothing needs none.
"""

from __future__ import annotations

from tests.browser.controls import EVERY, Driven

# Route: its states. The part before a colon is whose page it is: `full` (the default), `empty`, `viewer`,
# `guarded` (with a second factor) or `nobody`.
VISITS: dict[str, tuple[str, ...]] = {
    "studies": ("", "empty:", "viewer:"),
    "new-study": ("", "own-skeleton", "chain", "json", "viewer:"),
    "study": (
        "queued",
        "running",
        "paused",
        "finishing",
        "finished",
        "writing",
        "failed",
        "cancelled",
        "exported",
        "evolved",
        "extended",
        "viewer:running",
        "viewer:finished",
    ),
    "operators": ("", "retired", "empty:", "viewer:"),
    "operator-set": ("ours", "retired", "viewer:ours"),
    "new-operator-set": ("",),
    "declare-operator": ("ours", "viewer:ours"),
    "spaces": ("", "empty:", "viewer:"),
    "library": ("", "empty:", "viewer:"),
    "compare": ("", "studies", "networks", "viewer:studies"),
    "shares": ("", "study", "viewer:study"),
    "shared": ("nobody:study", "nobody:architecture", "nobody:space", "nobody:comparison"),
    "shared-architecture": ("nobody:scored",),
    "data": ("", "empty:", "viewer:"),
    "dataset": ("receiving", "checking", "refused", "ready", "built-in", "viewer:ready"),
    "architecture": ("scored", "winner", "parent", "unknown", "viewer:scored"),
    "workers": ("", "empty:"),
    "teams": ("", "viewer:"),
    "team": ("", "invited", "viewer:"),
    "delete-team": ("",),
    "invitation": ("offered", "nobody:offered"),
    "login": ("nobody:",),
    "account": ("",),
    "tokens": ("",),
    "webhooks": ("", "viewer:"),
    "webhook": ("on", "off"),
    "quotas": ("",),
    "password-change": ("",),
    "account_signup": ("nobody:",),
    "account_email_verification_sent": ("nobody:",),
    "account_confirm_email": ("nobody:used",),
    "account_inactive": ("",),
    "account_reauthenticate": ("",),
    "mfa_index": ("", "guarded:"),
    "mfa_activate_totp": ("",),
    "mfa_deactivate_totp": ("guarded:",),
    "mfa_view_recovery_codes": ("guarded:",),
    "mfa_generate_recovery_codes": ("guarded:",),
    "usersessions_list": ("",),
    "password-reset": ("nobody:",),
    "password-reset-sent": ("nobody:",),
    "password-reset-confirm": ("nobody:works", "nobody:used"),
    "api:docs": ("",),
    "404": ("",),
}

# Pages that a stranger sees by a link, and those from whose parts they are drawn: what is held there holds here.
DRAWN_FROM: dict[str, tuple[str, ...]] = {
    "shared": ("study", "architecture", "compare"),
    "shared-architecture": ("architecture",),
}

# Tests that use many, by what they do.
SHARES = "sharing::test_a_study_is_shared_seen_by_a_stranger_and_taken_back"
COMPARES = "sharing::test_studies_and_networks_are_compared"
WRITES = "sharing::test_a_note_and_tags_are_written_in_place_and_found_by"
PINS = "sharing::test_a_network_is_pinned_begun_from_and_let_go"
DISCLOSES = "new_study::test_every_disclosure_opens_and_stays_open_when_the_page_follows"
FIELDS = "every_button::test_every_kind_of_field_of_a_new_study_is_answered"
OPERATORS = "new_study::test_operators_are_toggled_added_taken_from_a_set_and_saved_as_one"
ROWS = "new_study::test_the_stages_of_a_skeleton_are_edited_by_keyboard"
TOGGLES = "new_study::test_every_toggle_and_choice_of_the_form_reaches_the_recipe"
CANCELS = "study_buttons::test_cancel_is_asked_about_and_taken_at_its_word"
DELETES = "study_buttons::test_delete_is_asked_about_and_leads_to_the_list"
SORTS = "study_buttons::test_the_table_of_candidates_is_turned_and_filtered"
CHARTS = "study_buttons::test_what_the_charts_show_is_chosen"
FOLLOWS = "study::test_a_study_is_followed_paused_finished_and_taken_away"
JUMPS = "large_study::test_the_table_is_turned_and_jumped_in_by_keyboard"
RETRIES = "runs::test_a_run_is_cancelled_its_best_taken_away_and_it_is_retried"
EXTENDS = "runs::test_a_finished_run_is_extended_and_its_network_trained_longer"
KEEPS = "every_button::test_a_question_about_a_run_is_answered_no"
BRINGS = "every_button::test_files_are_chosen_dropped_and_given_to_a_team"
STOPS = "every_button::test_an_upload_is_paused_resumed_and_cancelled"
CLEARS = "every_button::test_uploads_that_wait_are_gone_on_with_or_removed"
LOOKS_INTO = "every_button::test_data_are_looked_into_by_version_and_split"
ON_OWN = "data::test_a_study_on_own_data_finds_a_network_and_holds_the_data"
DECLARES = "operators::test_an_operator_is_declared_step_by_step_and_drawn_as_it_grows"
KEEPS_SETS = "operators::test_a_set_is_changed_compared_retired_and_begun_from"
DRAWING = "architecture_buttons::test_each_drawing_is_zoomed_fitted_and_taken_away"
BEGINS = "studies::test_a_study_is_listed_followed_found_by_name_and_its_space_begun_from"
TURNS_SETS = "every_button::test_a_team_with_operator_sets_turns_their_pages_and_one_with_none_is_led_on"
GIVES_A_SET = "every_button::test_a_set_is_given_to_a_team"
TURNS = "every_button::test_a_team_with_spaces_turns_their_pages_and_one_with_none_is_led_on"
QUALITY = "study::test_the_page_shows_how_good_the_space_is_and_what_stands_beside_the_search"
OPENS = "architecture::test_a_step_of_the_network_opens_its_cell_by_mouse_and_keyboard"
LEADS_BACK = "every_button::test_a_network_page_leads_back"
CHANGES = "accounts::test_a_password_is_changed_and_other_browsers_are_out"
MAILED = "accounts::test_a_run_that_has_ended_is_mailed_unless_it_is_not_wanted"
MANAGES = "teams::test_a_team_is_made_its_members_are_invited_changed_removed_and_it_is_handed_over"
WATCHES = "teams::test_a_viewer_watches_live_changes_nothing_and_sees_no_more_once_removed"
TOKENS = "settings::test_a_token_is_made_with_limits_shown_once_and_revoked"
HOOKS = "settings::test_a_webhook_is_made_tried_given_a_new_secret_switched_off_and_removed"
GUARDS = "accounts::test_a_second_factor_is_set_up_asked_for_and_switched_off"
ELSEWHERE = "accounts::test_other_browsers_are_logged_out"
FORGOTTEN = "accounts::test_a_forgotten_password_is_chosen_anew_by_mail"
BUNDLES = "bundles::test_a_study_is_taken_away_and_made_again_and_comes_out_equal"
TRIES = "every_button::test_the_api_is_tried_on_its_page"

# Page: its controls, each with the test that uses it and what is seen then.
CONTROLS: dict[str, dict[str, tuple[str, str]]] = {
    EVERY: {
        "To the content": ("every_button::test_the_head_of_a_page_is_skipped", "main:target"),
        "data-themeToggle": ("studies::test_light_and_dark_are_chosen_by_hand_and_kept", "html"),
        "Log out": ("studies::test_a_stranger_is_asked_to_log_in_and_led_back", "POST /logout/"),
        "#team-menu summary": (MANAGES, "#team-menu"),
        "data-chooses": (MANAGES, "POST /teams/choose/"),
        "nav Main: Studies": ("studies::test_the_head_of_each_page_leads_everywhere", "GET /"),
        "nav Main: New study": ("studies::test_the_head_of_each_page_leads_everywhere", "GET /studies/new/"),
        "nav Main: Library": ("studies::test_the_head_of_each_page_leads_everywhere", "GET /library/"),
        "nav Main: Operators": ("studies::test_the_head_of_each_page_leads_everywhere", "GET /operators/"),
        "nav Main: API": ("studies::test_the_head_of_each_page_leads_everywhere", "GET /api/v1/docs/"),
        "nav Main: Data": ("data::test_an_archive_is_uploaded_checked_and_looked_at", "GET /data/"),
        "nav Main: Workers": ("workers::test_the_navigation_and_the_strip_lead_to_the_page", "GET /workers/"),
    },
    "studies": {
        "New study": ("studies::test_the_head_of_each_page_leads_everywhere", "GET /studies/new/"),
        "#rows New study": ("every_button::test_a_team_with_nothing_is_led_to_its_first_study", "GET /studies/new/"),
        "#search input q": (BEGINS, "#rows"),
        "#rows input studies": (COMPARES, "GET /"),
        "#compare": (COMPARES, "GET /compare/"),
        "#tag": (WRITES, "GET /"),
        "nav Pages": ("studies::test_the_list_is_turned_page_by_page", "GET /"),
    },
    "new-study": {
        "#budget number": ("new_study::test_the_panel_follows_what_is_changed", "POST /studies/new/preview/"),
        "#draft data-copy=text-command": ("new_study::test_the_recipe_is_copied[As a command", "#way-command button"),
        "#draft data-copy=text-curl": ("new_study::test_the_recipe_is_copied[As a curl call", "#way-curl button"),
        "#draft data-copy=text-json": ("new_study::test_the_recipe_is_copied[As JSON", "#way-json button"),
        "#json textarea": ("new_study::test_json_is_edited_and_submitted_with_a_double_click_once", "#json"),
        "#more-pipeline summary": (DISCLOSES, "#more-pipeline\\.0\\.trainer"),
        "#more-space summary": (DISCLOSES, "#more-space"),
        "#more-task summary": (DISCLOSES, "#more-task"),
        "#settings summary": (DISCLOSES, "#settings-0"),
        "#way-command summary": (DISCLOSES, "#way-command"),
        "#way-curl summary": (DISCLOSES, "#way-curl"),
        "#way-json summary": (DISCLOSES, "#way-json"),
        "#from-bundle Make it again": (BUNDLES, "POST /studies/from-bundle/"),
        "#from-bundle input bundle": (BUNDLES, "#from-bundle [name=bundle]"),
        "#from-bundle select team": ("every_button::test_a_bundle_is_given_to_a_team", "#from-bundle [name=team]"),
        "From a bundle": (BUNDLES, ".from-bundle"),
        "#name text": (FIELDS, "POST /studies/new/preview/"),
        "#operator text": (OPERATORS, "#operator"),
        "#pipeline checkbox": (FIELDS, "POST /studies/new/preview/"),
        "#pipeline number": (FIELDS, "POST /studies/new/preview/"),
        "#pipeline select-one": (
            "new_study::test_stages_are_added_moved_removed_and_changed",
            "#pipeline\\.5\\.strategy\\.kind",
        ),
        "#pipeline text": (FIELDS, "POST /studies/new/preview/"),
        "#place select-one": ("new_study::test_stages_are_added_moved_removed_and_changed", ".operators"),
        "#seed number": (FIELDS, "POST /studies/new/preview/"),
        "#set_name text": (OPERATORS, "#set_name"),
        "#operator_set select-one": (OPERATORS, "#set-state"),
        "#space checkbox": (TOGGLES, "#text-json"),
        "#space number": (TOGGLES, "#text-json"),
        "#space select-one": (TOGGLES, "#skeleton"),
        "#space text": (ROWS, "POST /studies/new/preview/"),
        "#stage select-one": ("new_study::test_stages_are_added_moved_removed_and_changed", "#stage"),
        "#task number": (FIELDS, "POST /studies/new/preview/"),
        "#task select-one": (FIELDS, "#name-title ~ p"),
        "#team select-one": (FIELDS, "#team"),
        "act=add": ("new_study::test_stages_are_added_moved_removed_and_changed", ".stages"),
        "act=down": (FIELDS, ".stages"),
        "act=up": ("new_study::test_stages_are_added_moved_removed_and_changed", ".stages"),
        "act=remove": ("new_study::test_stages_are_added_moved_removed_and_changed", ".stages"),
        "act=form": ("new_study::test_json_is_edited_and_submitted_with_a_double_click_once", "#json"),
        "act=json": ("new_study::test_json_is_edited_and_submitted_with_a_double_click_once", "#json"),
        "act=operator": (OPERATORS, ".operators"),
        "act=own": (ROWS, ".skeleton"),
        "act=redraw": (FIELDS, "POST /studies/new/"),
        "act=row-add": (ROWS, ".rows"),
        "act=row-down": (ROWS, ".rows"),
        "act=row-remove": (ROWS, ".rows"),
        "act=row-up": (ROWS, ".rows"),
        "act=save-set": (OPERATORS, "#set-state"),
        "act=submit": ("new_study::test_the_default_template_is_submitted_with_two_clicks", "GET /studies/*-*/"),
        "nav Templates": ("new_study::test_a_template_fills_the_page", "GET /studies/new/"),
    },
    "study": {
        "#asks ask=cancel": (CANCELS, "#cancel-dialog"),
        "#asks ask=finish": (FOLLOWS, "#finish-dialog"),
        "#asks ask=pause": (FOLLOWS, "POST /api/v1/runs/*/pause/"),
        "#asks ask=resume": (FOLLOWS, "POST /api/v1/runs/*/resume/"),
        "#asks ask=retry": (RETRIES, "#retry-dialog"),
        "#asks data-when=finished failed cancelled": (EXTENDS, "#extend-dialog"),
        "#bell": ("bell::test_the_end_of_a_run_is_told_though_the_page_is_hidden", "#bell"),
        "#best-curve th": (CHARTS, "#best-curve .u-series"),
        "#cancel-dialog no": (CANCELS, "#cancel-dialog"),
        "#cancel-dialog yes": (CANCELS, "POST /api/v1/runs/*/cancel/"),
        "#candidates First": (JUMPS, "#candidates tbody"),
        "#candidates Last": (JUMPS, "#candidates tbody"),
        "#candidates Next": (JUMPS, "#candidates tbody"),
        "#candidates Previous": (JUMPS, "#candidates tbody"),
        "#candidates-page": (JUMPS, "#candidates tbody"),
        "#candidates MAdds": (SORTS, "#candidates thead"),
        "#candidates Params": (SORTS, "#candidates thead"),
        "#candidates Score": (SORTS, "#candidates thead"),
        "#candidates-stage": (SORTS, "GET /runs/*/candidates/"),
        "#candidates-status": (SORTS, "#candidates"),
        "#delete-dialog no": (DELETES, "#delete-dialog"),
        "#delete-dialog yes": (DELETES, "POST /studies/*/delete/"),
        "data-asks=delete-dialog": (DELETES, "#delete-dialog"),
        "#exports download": (
            "study_buttons::test_every_file_of_the_export_is_what_its_checksum_says",
            "saves network.py",
        ),
        "#extend-dialog Extend": (EXTENDS, "POST /runs/*/extend/"),
        "#extend-dialog data-closes": (EXTENDS, "#extend-dialog"),
        "#finish-dialog no": (KEEPS, "#finish-dialog"),
        "#finish-dialog yes": (FOLLOWS, "POST /api/v1/runs/*/finish/"),
        "#fitness th": (CHARTS, "#fitness .u-series"),
        "#fitness-group": (CHARTS, "#fitness .plot"),
        "#estimate th": (QUALITY, "#estimate .u-series"),
        "#quality-stage": (QUALITY, "#quality-stage"),
        "#spaces-panel data-saves": (BEGINS, "POST /runs/*/spaces/"),
        "#retry-dialog no": (KEEPS, "#retry-dialog"),
        "#retry-dialog yes": (RETRIES, "POST /api/v1/runs/*/retry/"),
        "#scatter .u-over": ("large_study::test_a_large_study_is_looked_at_and_turned", "GET /runs/*/architectures/*/"),
        "#scatter th": (CHARTS, "#scatter .u-series"),
        "#scatter-measure": (CHARTS, "#scatter .plot"),
        "#scatter-stage": (CHARTS, "#scatter .plot"),
        "#space-view": (CHARTS, "#space-legend"),
        "#training th": (CHARTS, "#training .u-series"),
        "#training-stage": (CHARTS, "#training .plot"),
        "Add a note": (WRITES, "#note"),
        "#note Edit the note": (WRITES, "#note"),
        "#note Leave it": (WRITES, "GET /studies/*/note/"),
        "#note Save the note": (WRITES, "POST /studies/*/note/"),
        "#note-text": (WRITES, "#note-preview"),
        "Add tags": (WRITES, "#tags"),
        "Change the tags": (WRITES, "#tags"),
        "Leave them": (WRITES, "#tags"),
        "Save the tags": (WRITES, "POST /studies/*/tags/"),
        "Share": (SHARES, "GET /shares/"),
        "#bundle": (BUNDLES, "saves bundled.bundle.zip"),
        "Clone": ("study_buttons::test_clone_opens_the_form_with_the_studys_recipe", "GET /studies/new/"),
        "nav Runs": ("study_buttons::test_of_several_runs_one_is_chosen", "GET /studies/*/"),
    },
    "operators": {
        "#place": (KEEPS_SETS, "#shown"),
        "Declare an operator": (TURNS_SETS, "GET /operators/new/"),
        "New set": (DECLARES, "GET /operators/new/"),
        "Retired sets": (KEEPS_SETS, "GET /operators/"),
        "Those in use": (KEEPS_SETS, "GET /operators/"),
        "nav Pages": (TURNS_SETS, "GET /operators/"),
    },
    "operator-set": {
        "#place": (KEEPS_SETS, "#shown"),
        "#shown Declare an operator": (KEEPS_SETS, "GET /operators/*/declare/"),
        "#shown Label": (KEEPS_SETS, "#shown details"),
        "#shown data-changes": (KEEPS_SETS, "GET /operators/*/declare/"),
        "#versions Compare": (KEEPS_SETS, "GET /operators/*/"),
        "#versions select newer": (KEEPS_SETS, "[name=newer]"),
        "#versions select older": (KEEPS_SETS, "[name=older]"),
        "act=drop": (KEEPS_SETS, "POST /operators/*/"),
        "act=include": (KEEPS_SETS, "POST /operators/*/"),
        "act=restore": (KEEPS_SETS, "POST /operators/*/"),
        "act=retire": (KEEPS_SETS, "POST /operators/*/"),
        "data-begins": (KEEPS_SETS, "GET /studies/new/"),
    },
    "new-operator-set": {
        "#as-json summary": (DECLARES, "#as-json"),
        "#every-step": (DECLARES, "#drawing"),
        "#new_kind": (DECLARES, "#new_kind"),
        "#nodes": (DECLARES, "POST /operators/new/"),
        "#place": (DECLARES, "#output"),
        "#team": (GIVES_A_SET, "#team"),
        "act=add": (DECLARES, ".nodes"),
        "act=down": (DECLARES, ".nodes"),
        "act=json": (DECLARES, ".nodes"),
        "act=redraw": (DECLARES, "POST /operators/new/"),
        "act=remove": (DECLARES, ".nodes"),
        "act=save": (DECLARES, "GET /operators/*-*/"),
        "act=up": (DECLARES, ".nodes"),
    },
    "declare-operator": {
        "#as-json summary": (KEEPS_SETS, "#as-json"),
        "#every-step": (KEEPS_SETS, "#drawing"),
        "#new_kind": (KEEPS_SETS, "#new_kind"),
        "#nodes": (KEEPS_SETS, "POST /operators/*/declare/"),
        "#place": (KEEPS_SETS, "#output"),
        "#declare Back": (KEEPS_SETS, "GET /operators/*/"),
        "act=add": (KEEPS_SETS, ".nodes"),
        "act=down": (KEEPS_SETS, ".nodes"),
        "act=json": (KEEPS_SETS, ".nodes"),
        "act=redraw": (KEEPS_SETS, "POST /operators/*/declare/"),
        "act=remove": (KEEPS_SETS, ".nodes"),
        "act=save": (KEEPS_SETS, "GET /operators/*/"),
        "act=up": (KEEPS_SETS, ".nodes"),
    },
    "spaces": {
        "data-begins": (BEGINS, "GET /studies/new/"),
        "download": (BEGINS, "saves space.json"),
        "data-shares": (PINS, "GET /shares/"),
        "nav Pages": (TURNS, "GET /spaces/"),
        "To the studies": (TURNS, "GET /"),
    },
    "library": {
        "#networks data-begins": (PINS, "GET /studies/new/"),
        "#networks data-unpins": (PINS, "POST /library/pins/*/remove/"),
        "#spaces data-begins": (PINS, "GET /studies/new/"),
        "#sets data-begins": (PINS, "GET /studies/new/"),
    },
    "compare": {
        "#found data-shows=A": (COMPARES, "#over-evaluations .plot"),
        "#found data-shows=B": (COMPARES, "#over-evaluations .plot"),
        "Share": (COMPARES, "GET /shares/"),
        "To the studies": (COMPARES, "GET /"),
    },
    "shares": {
        "#id_days": (SHARES, "#id_days"),
        "#id_with_files": (SHARES, "#id_with_files"),
        "Back": (SHARES, "GET /studies/*/"),
        "Make a link": (SHARES, "POST /shares/"),
        "data-revokes": (SHARES, "POST /shares/*/revoke/"),
    },
    "shared": {
        "#scatter-measure": (SHARES, "#scatter .plot"),
        "#candidates MAdds": (SHARES, "#candidates thead"),
        "#candidates Next": (SHARES, "#candidates tbody"),
    },
    "data": {
        "#bring What is taken": (BRINGS, "#bring ~ details"),
        "#bring data-opens=train-files": (BRINGS, "#train-chosen"),
        "#bring data-opens=train-folder": (BRINGS, "#train-chosen"),
        "#drop": (BRINGS, "#train-chosen"),
        "#name": (BRINGS, "#name"),
        "#pause": (STOPS, "#pause"),
        "#stop": (STOPS, "DELETE /api/v1/uploads/*/"),
        "#rows Cancel": (CLEARS, "POST /data/uploads/*/cancel/"),
        "#rows Remove": ("data::test_a_refused_upload_says_why_and_is_removed", "POST /data/uploads/*/cancel/"),
        "#rows data-again": ("data::test_an_upload_goes_on_after_the_page_was_closed_half_way", "#name"),
        "#send": ("data::test_an_archive_is_uploaded_checked_and_looked_at", "POST /api/v1/uploads/"),
        "#team": (BRINGS, "#team"),
        "#test-files": (BRINGS, "#test-files"),
        "#train-files": ("data::test_an_archive_is_uploaded_checked_and_looked_at", "#train-chosen"),
        "#train-folder": ("data::test_a_folder_is_one_upload_and_hidden_files_stay_behind", "#train-chosen"),
    },
    "dataset": {
        "#arrival Cancel": (CLEARS, "POST /data/uploads/*/cancel/"),
        "#arrival Remove": (CLEARS, "POST /data/uploads/*/cancel/"),
        "#arrival data-again": (CLEARS, "GET /data/"),
        "#check Files that are not among the images": (LOOKS_INTO, "#check-title ~ details"),
        "#check Images that are in two splits": (LOOKS_INTO, "#check-title ~ details"),
        "#delete-dialog no": (LOOKS_INTO, "#delete-dialog"),
        "#delete-dialog yes": (ON_OWN, "POST /data/*/delete/"),
        "Start a study with this": (ON_OWN, "GET /studies/new/"),
        "data-asks=delete-dialog": (ON_OWN, "#delete-dialog"),
        "nav Splits": (LOOKS_INTO, "GET /data/*/"),
        "nav Versions": (LOOKS_INTO, "GET /data/*/"),
    },
    "architecture": {
        "#cell data-ask=dot": (f"{DRAWING}[#cell", "saves *.dot"),
        "#cell data-ask=fit": (f"{DRAWING}[#cell", "#cell [data-frame]"),
        "#cell data-ask=in": (f"{DRAWING}[#cell", "#cell [data-frame]"),
        "#cell data-ask=out": (f"{DRAWING}[#cell", "#cell [data-frame]"),
        "#cell data-ask=svg": (f"{DRAWING}[#cell", "saves *.svg"),
        "#cell data-frame": (
            "architecture::test_a_drawing_is_zoomed_moved_and_fitted_and_scrolls_in_its_card",
            "#cell [data-frame]",
        ),
        "#whole data-ask=dot": (f"{DRAWING}[#whole", "saves *.dot"),
        "#whole data-ask=fit": (f"{DRAWING}[#whole", "#whole [data-frame]"),
        "#whole data-ask=in": (f"{DRAWING}[#whole", "#whole [data-frame]"),
        "#whole data-ask=out": (f"{DRAWING}[#whole", "#whole [data-frame]"),
        "#whole data-ask=svg": (f"{DRAWING}[#whole", "saves *.svg"),
        "#whole data-frame": (OPENS, "#cell-title"),
        "#whole data-name": (OPENS, "#place"),
        "#whole data-name=head": (OPENS, "#cell-title"),
        "#whole data-name=stem": (OPENS, "#cell-title"),
        "#code data-copy": ("architecture_buttons::test_the_source_is_copied_and_the_card_unfolded", "[data-copy]"),
        "#every-layer": (OPENS, "#cell .node"),
        "#files Model card": ("architecture_buttons::test_the_source_is_copied_and_the_card_unfolded", ".card-text"),
        "#files download": ("architecture_buttons::test_everything_that_is_offered_is_downloaded_whole", "saves *.md"),
        "download": ("architecture_buttons::test_everything_that_is_offered_is_downloaded_whole", "saves *.json"),
        "#layers data-fold": ("architecture::test_layers_fold_and_parents_lead_on", "#layers"),
        "#layers data-foldAll": ("architecture_buttons::test_all_layers_are_folded_and_unfolded_at_once", "#layers"),
        "#place": ("architecture_buttons::test_a_cell_is_chosen_by_its_card_and_its_place", "#place"),
        "data-pick": ("architecture_buttons::test_a_cell_is_chosen_by_its_card_and_its_place", ".pick"),
        "data-pick=head": ("architecture_buttons::test_a_cell_is_chosen_by_its_card_and_its_place", "#cell-title"),
        "data-pick=stem": ("architecture_buttons::test_a_cell_is_chosen_by_its_card_and_its_place", "#cell-title"),
        "Add a note": (PINS, "#note"),
        "Compare": (COMPARES, "GET /compare/"),
        "Share": (PINS, "GET /shares/"),
        "#pin-dialog Pin it": (PINS, "POST /runs/*/architectures/*/pin/"),
        "#pin-dialog Rename": (PINS, "POST /runs/*/architectures/*/pin/"),
        "#pin-dialog data-closes": (PINS, "#pin-dialog"),
        "#pin-dialog data-unpins": (PINS, "POST /library/pins/*/remove/"),
        "data-opens=pin-dialog": (PINS, "#pin-dialog"),
        "#retrain-dialog Train it": (EXTENDS, "POST /runs/*/architectures/*/retrain/"),
        "#retrain-dialog data-closes": (LEADS_BACK, "#retrain-dialog"),
        "data-opens=retrain-dialog": (EXTENDS, "#retrain-dialog"),
        "Start a study from this": ("architecture::test_layers_fold_and_parents_lead_on", "GET /studies/new/"),
        "To the runs networks": (LEADS_BACK, "GET /studies/*/"),
        "nav Breadcrumb": ("study_buttons::test_the_best_network_is_opened_and_leads_back", "GET /studies/*/"),
        "nav Pages of children": (
            "architecture_buttons::test_a_network_leads_to_its_children_page_by_page_and_each_back_to_it",
            "#lineage",
        ),
    },
    "teams": {
        "#another Make it": (MANAGES, "POST /teams/"),
    },
    "team": {
        "#link data-copy=link": (MANAGES, "#link ~ button"),
        "data-renames": (MANAGES, "#rename-dialog"),
        "#rename-dialog Rename": (MANAGES, "POST /teams/*-*/"),
        "#rename-dialog data-closes": (MANAGES, "#rename-dialog"),
        "Export or delete": (WATCHES, "GET /teams/*/delete/"),
        "data-leaves": (MANAGES, "#leave-dialog"),
        "#leave-dialog Leave": (MANAGES, "POST /teams/*-*/"),
        "#leave-dialog data-closes": (MANAGES, "#leave-dialog"),
        "#members select role": (MANAGES, "[aria-label^='Role of']"),
        "#members data-changes": (MANAGES, "POST /teams/*-*/"),
        "#members data-hands": (MANAGES, "dialog[open]"),
        "#members data-removes": (MANAGES, "dialog[open]"),
        "#hand Hand over": (MANAGES, "POST /teams/*-*/"),
        "#hand data-closes": (MANAGES, "dialog[open]"),
        "#remove Remove": (MANAGES, "POST /teams/*-*/"),
        "#remove data-closes": (MANAGES, "dialog[open]"),
        "#invitations data-revokes": (MANAGES, "POST /teams/*-*/"),
        "#id_role": (MANAGES, "#id_role"),
        "#invite Make an invitation": (MANAGES, "POST /teams/*-*/"),
    },
    "delete-team": {
        "#export download": (WATCHES, "saves team-*.zip"),
        "#delete Delete the team": (WATCHES, "POST /teams/*/delete/"),
    },
    "account_signup": {
        "Sign up": (WATCHES, "POST /signup/"),
    },
    "account_reauthenticate": {
        "Go on": (GUARDS, "POST /account/again/"),
    },
    "mfa_index": {
        "Set it up": (GUARDS, "GET /account/second-factor/totp/activate/"),
        "Recovery codes": (GUARDS, "GET /account/second-factor/recovery-codes/"),
        "Switch it off": (GUARDS, "GET /account/second-factor/totp/deactivate/"),
    },
    "mfa_activate_totp": {
        "Switch it on": (GUARDS, "POST /account/second-factor/totp/activate/"),
    },
    "mfa_deactivate_totp": {
        "Switch it off": (GUARDS, "POST /account/second-factor/totp/deactivate/"),
    },
    "mfa_view_recovery_codes": {
        "download": (GUARDS, "saves recovery-codes.txt"),
        "Make new ones": (GUARDS, "GET /account/second-factor/recovery-codes/generate/"),
    },
    "mfa_generate_recovery_codes": {
        "Make new ones": (GUARDS, "POST /account/second-factor/recovery-codes/generate/"),
    },
    "usersessions_list": {
        "#elsewhere Log out elsewhere": (ELSEWHERE, "POST /account/sessions/"),
    },
    "invitation": {
        "data-accepts": (MANAGES, "POST /invitation/"),
        "Log in": (WATCHES, "GET /login/"),
        "Sign up": (WATCHES, "GET /signup/"),
    },
    "login": {
        "Log in": ("studies::test_a_stranger_is_asked_to_log_in_and_led_back", "POST /login/"),
    },
    "account": {
        "#password Change the password": (CHANGES, "GET /account/password/"),
        "#factor Second factor": (GUARDS, "GET /account/second-factor/"),
        "#sessions Where you are logged in": (ELSEWHERE, "GET /account/sessions/"),
        "#tokens Your tokens": (TOKENS, "GET /account/tokens/"),
        "#webhooks Your webhooks": (HOOKS, "GET /webhooks/"),
        "#quotas Your quotas": (HOOKS, "GET /quotas/"),
        "#told Save": (MAILED, "POST /account/"),
        "#told input wants_mail": (MAILED, "[name=wants_mail]"),
    },
    "tokens": {
        "#id_scope": (TOKENS, "#id_scope"),
        "#id_team": (TOKENS, "#id_team"),
        "#id_days": (TOKENS, "#id_days"),
        "#new Make a token": (TOKENS, "POST /account/tokens/"),
        "data-revokes": (TOKENS, "POST /account/tokens/*/revoke/"),
    },
    "webhooks": {
        "#id_team": (HOOKS, "#id_team"),
        "#id_events_": (HOOKS, "#id_events_3"),
        "#new Make a webhook": (HOOKS, "POST /webhooks/"),
    },
    "webhook": {
        "#id_events_": (HOOKS, "#id_events_0"),
        "#where Save": (HOOKS, "POST /webhooks/*/"),
        "ask=test": (HOOKS, "POST /webhooks/*/ask/"),
        "ask=rotate": (HOOKS, "POST /webhooks/*/ask/"),
        "ask=off": (HOOKS, "POST /webhooks/*/ask/"),
        "ask=on": (HOOKS, "POST /webhooks/*/ask/"),
        "ask=delete": (HOOKS, "POST /webhooks/*/ask/"),
    },
    "password-change": {
        "Change the password": (CHANGES, "POST /account/password/"),
    },
    "password-reset": {
        "Send the link": (FORGOTTEN, "POST /password/forgotten/"),
    },
    "password-reset-confirm": {
        "Change the password": (FORGOTTEN, "POST /password/new/*/set-password/"),
        "Ask for another one": (FORGOTTEN, "GET /password/forgotten/"),
    },
    "api:docs": {
        ".opblock-summary-control": (TRIES, ".opblock"),
        ".opblock-control-arrow": (TRIES, ".opblock"),
        ".authorization__btn": (TRIES, ".modal-ux"),
        ".button": (TRIES, ".opblock"),  # copies the path
        ".btn": (TRIES, ".modal-ux"),
        ".expand-operation": (TRIES, ".opblock-tag-section"),
        ".models-control": (TRIES, "section.models"),
    },
}

CLAIMS = [
    Driven(page, control, f"test_{by}", seen) for page, held in CONTROLS.items() for control, (by, seen) in held.items()
]
