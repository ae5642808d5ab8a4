"""Addresses of the members."""

from django.urls import path

from members import views
from members.care import views as care
from members.consent import views as consent
from members.identity import views as identity
from members.importing import views as importing
from members.invitations import guest_views as guests
from members.invitations import proof_views as proofs
from members.invitations import tree_views as tree
from members.invitations import views as invitations
from members.joining import arrival_views as code_arrivals
from members.joining import line_views as line
from members.joining import views as joining
from members.newcomers import views as newcomers
from members.praise import views as praise
from members.privacy import views as privacy
from members.profile import views as profile
from members.questions import answer_views as answers
from members.questions import views as questions
from members.requests import views as requests
from members.segments import send_views as sends
from members.segments import views as segments
from members.sources import views as sources
from members.surveys import answer_views as form_answers
from members.surveys import bring_views as form_imports
from members.surveys import views as forms
from members.sweep import seat_views as seats
from members.sweep import views as sweep
from members.tags import views as tags
from members.tiers import views as tiers

app_name = "members"
urlpatterns = [
    path("", views.roster, name="roster"),
    path("export/", views.export, name="export"),
    path("act", views.act, name="act"),
    path("undo/<str:token>", views.undo, name="undo"),
    path("<int:person_id>/", profile.page, name="profile"),
    path("<int:person_id>/merge/", identity.pick, name="merge"),
    path("<int:person_id>/merge/<int:other_id>", identity.merge, name="merge-with"),
    path("<int:person_id>/part", identity.part, name="part"),
    path("<int:person_id>/note", profile.note, name="note"),
    path("<int:person_id>/task", profile.task, name="care-new"),
    path("notes/<int:pk>/<slug:to>", profile.note_to, name="note-to"),
    path("<int:person_id>/privacy/", privacy.page, name="privacy"),
    path("<int:person_id>/privacy/export", privacy.ask_export, name="privacy-export"),
    path("<int:person_id>/privacy/erase", privacy.ask_erasure, name="privacy-erase"),
    path("exports/<int:pk>/file", privacy.download, name="privacy-file"),
    path("praises/", praise.listing, name="praises"),
    path("praises/<int:pk>/", praise.say, name="praise"),
    path("erasures/", privacy.erasures, name="erasures"),
    path("erasures/<int:pk>/back", privacy.take_back, name="erasure-back"),
    path("<int:person_id>/consent/", consent.page, name="consent"),
    path("<int:person_id>/consent/note", consent.note, name="consent-note"),
    path("<int:person_id>/contacts/add", consent.add, name="contact-add"),
    path("contacts/<int:pk>/reveal", consent.reveal, name="contact-reveal"),
    path("contacts/<int:pk>/to/<slug:to>", consent.contact_to, name="contact-to"),
    path("imports/", importing.listing, name="imports"),
    path("imports/<int:pk>/", importing.detail, name="import"),
    path("imports/<int:pk>/<slug:do>", importing.act, name="import-act"),
    path("imports/lines/<int:pk>/decide", importing.decide, name="import-decide"),
    path("tags/", tags.listing, name="tags"),
    path("tags/<int:pk>/<slug:to>", tags.put_away, name="tag-to"),
    path("requests/", requests.board, name="requests"),
    path("requests/new/<int:group_id>", requests.new, name="request-new"),
    path("requests/<int:pk>/", requests.page, name="request"),
    path("requests/<int:pk>/support", requests.support, name="request-support"),
    path("tiers/", tiers.overview, name="tiers"),
    path("tiers/rule", tiers.rule, name="tier-rule"),
    path("tiers/lock/<int:pk>", tiers.lock, name="tier-lock"),
    path("tiers/unlock/<int:pk>", tiers.unlock, name="tier-unlock"),
    path("tiers/undo/<str:token>", tiers.undo, name="tier-undo"),
    path("fields/", forms.field_list, name="fields"),
    path("fields/<int:pk>/", forms.field_edit, name="field"),
    path("fields/<int:pk>/<slug:to>", forms.field_to, name="field-to"),
    path("forms/", forms.form_list, name="forms"),
    path("forms/new", forms.form_new, name="form-new"),
    path("forms/imports/", form_imports.listing, name="form-imports"),
    path("forms/imports/<int:pk>/", form_imports.detail, name="form-import"),
    path("forms/imports/<int:pk>/<slug:do>", form_imports.act, name="form-import-act"),
    path("forms/<int:pk>/", form_answers.form, name="form"),
    path("forms/<int:pk>/edit", forms.form_edit, name="form-edit"),
    path("forms/<int:pk>/export/", form_answers.export, name="form-export"),
    path("forms/<int:pk>/send", forms.form_send, name="form-send"),
    path("forms/<int:pk>/to/<slug:to>", forms.form_to, name="form-to"),
    path("forms/answers/<int:pk>/", form_answers.assign, name="answer"),
    path("forms/answers/<int:pk>/<slug:to>", form_answers.answer_to, name="answer-to"),
    path("values/<int:pk>/", form_answers.value, name="value"),
    path("segments/", segments.listing, name="segments"),
    path("segments/save", segments.save, name="segment-save"),
    path("segments/<int:pk>/count", segments.count, name="segment-count"),
    path("segments/<int:pk>/delete", segments.delete, name="segment-delete"),
    path("segments/<int:pk>/send", sends.write, name="segment-send"),
    path("sends/", sends.listing, name="sends"),
    path("sends/<int:pk>/", sends.send, name="send"),
    path("sends/<int:pk>/to/<slug:to>", sends.send_to, name="send-to"),
    path("questions/", questions.desk, name="questions"),
    path("questions/answer", answers.answer, name="questions-answer"),
    path("questions/act", questions.act, name="questions-act"),
    path("questions/undo/<str:token>", questions.undo, name="questions-undo"),
    path("questions/mark/<int:event_id>", questions.mark, name="question-mark"),
    path("questions/<int:pk>/<slug:what>", questions.settle, name="question-settle"),
    path("codes/", joining.codes, name="codes"),
    path("codes/new", joining.code_new, name="code-new"),
    path("codes/<int:pk>/", joining.code, name="code"),
    path("codes/<int:pk>/edit", joining.code_edit, name="code-edit"),
    path("codes/<int:pk>/qr.svg", joining.qr, name="code-qr"),
    path("codes/<int:pk>/came/", code_arrivals.came, name="code-came"),
    path("codes/<int:pk>/came/undo/<str:token>", code_arrivals.undo, name="code-came-undo"),
    path("codes/<int:pk>/to/<slug:to>", joining.code_archive, name="code-archive"),
    path("entrances/<int:group_id>/", joining.entrance, name="entrance"),
    path("waiting/", line.line, name="waiting"),
    path("waiting/act", line.act, name="waiting-act"),
    path("waiting/undo/<str:token>", line.undo, name="waiting-undo"),
    path("waiting/<int:pk>/reveal", line.reveal, name="waiting-reveal"),
    path("campaigns/", invitations.campaigns, name="campaigns"),
    path("campaigns/new", invitations.campaign_new, name="campaign-new"),
    path("campaigns/<int:pk>/", invitations.campaign, name="campaign"),
    path("campaigns/<int:pk>/edit", invitations.campaign_edit, name="campaign-edit"),
    path("campaigns/<int:pk>/to/<slug:to>", invitations.campaign_move, name="campaign-move"),
    path("campaigns/<int:pk>/invite", invitations.invite, name="campaign-invite"),
    path("campaigns/<int:pk>/act", invitations.act, name="campaign-act"),
    path("invitations/<int:pk>/unsent", invitations.unsent, name="invitation-unsent"),
    path("invitations/<int:pk>/guest", guests.guest, name="invitation-guest"),
    path("invitations/<int:pk>/arrived", invitations.arrived, name="invitation-arrived"),
    path("invitations/<int:pk>/unarrived", invitations.unarrived, name="invitation-unarrived"),
    path("proofs/", proofs.proofs, name="proofs"),
    path("proofs/<int:pk>/picture", proofs.picture, name="proof-picture"),
    path("proofs/<int:pk>/to/<slug:to>", proofs.settle, name="proof-settle"),
    path("invited/", tree.tree, name="invite-tree"),
    path("invited/<int:person_id>/", tree.branch, name="invite-branch"),
    path("sources/", sources.sources, name="sources"),
    path("sources/new", sources.source_new, name="source-new"),
    path("sources/assign", sources.assign, name="source-assign"),
    path("sources/undo/<str:token>", sources.undo, name="source-undo"),
    path("sources/<int:pk>/", sources.source_edit, name="source-edit"),
    path("sources/<int:pk>/to/<slug:to>", sources.source_archive, name="source-archive"),
    path("sweep/", sweep.overview, name="sweep"),
    path("sweep/start", sweep.start, name="sweep-start"),
    path("sweep/<int:pk>/", sweep.preview, name="sweep-run"),
    path("sweep/<int:pk>/export/", sweep.export, name="sweep-export"),
    path("sweep/<int:pk>/ask", sweep.ask, name="sweep-ask"),
    path("sweep/review/", sweep.review, name="sweep-review"),
    path("sweep/act", sweep.act, name="sweep-act"),
    path("sweep/undo/<str:token>", sweep.undo, name="sweep-undo"),
    path("<int:person_id>/seat/", seats.seat, name="seat"),
    path("<int:person_id>/colleague", seats.colleague, name="colleague"),
    path("leave/<int:pk>/", seats.grant, name="leave"),
    path("leave/<int:pk>/end", seats.end, name="leave-end"),
    path("care/<int:pk>/<slug:to>", care.settle, name="care-settle"),
    path("newcomers/", newcomers.board, name="newcomers"),
    path("newcomers/funnel/", newcomers.funnel, name="newcomers-funnel"),
    path("newcomers/welcome/", newcomers.welcome, name="welcome"),
    path("newcomers/welcome/<int:group_id>/try", newcomers.try_welcome, name="welcome-try"),
    path("newcomers/welcome/<int:group_id>/renew", newcomers.renew_home, name="welcome-renew"),
    path("newcomers/act", newcomers.act, name="newcomers-act"),
    path("newcomers/taken-back/<slug:what>/<str:token>", newcomers.undo_act, name="newcomers-undo"),
    path("newcomers/<int:pk>/buddy/", newcomers.buddy, name="newcomer-buddy"),
    path("newcomers/<int:pk>/did/<slug:what>", newcomers.act_one, name="newcomer-act"),
    path("newcomers/tasks/<int:membership_id>/<slug:to>", newcomers.tasks, name="newcomer-tasks"),
    path("newcomers/weeks/<int:pk>/<slug:to>", newcomers.week, name="newcomers-week"),
    path("newcomers/<int:group_id>/greet", newcomers.greet, name="greet"),
    path("newcomers/<int:group_id>/undo/<str:token>", newcomers.undo, name="greet-undo"),
]
