"""Signing in and out, invitations, departures, the member's own page."""

from allauth.account import views as allauth
from django.urls import path

from zhike.domains.people import all_tokens_views, standing_views, token_views, views

urlpatterns = [
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/signup/", allauth.signup, name="account_signup"),
    path("accounts/reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", allauth.password_change, name="account_change_password"),
    path("accounts/password/set/", allauth.password_set, name="account_set_password"),
    path("accounts/password/reset/", allauth.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    path(
        "accounts/password/reset/key/<uidb36>-<key>/",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("language/", views.language, name="set_language"),
    path("settings/tokens/", token_views.tokens, name="tokens"),
    path("settings/tokens/all/", all_tokens_views.all_tokens, name="all_tokens"),
    path("settings/tokens/all/<int:token_id>/", all_tokens_views.any_token, name="any_token"),
    path("settings/tokens/<int:token_id>/", token_views.token, name="token"),
    path("settings/tokens/<int:token_id>/rotation/", token_views.rotation, name="token_rotation"),
    path("me/", views.me, name="me"),
    path("me/deputies/", standing_views.deputies),
    path("me/deputies/<int:deputy_id>/", standing_views.deputy),
    path("me/oneself/", standing_views.be_oneself),
    path("members/<int:member_id>/look/", standing_views.look),
    path("members/<int:member_id>/act-for/", standing_views.act_for),
    path("invitations/<str:secret>/", views.accept, name="accept_invitation"),
    path("members/<int:member_id>/invitation/", views.invitation, name="invite_member"),
    path("members/<int:member_id>/departure/", views.departure, name="member_departure"),
]
