"""The settings: every page on which something about the system is decided, under headings."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhike.base.actors import Actor
from zhike.records.contributions import Setting, contribute_setting, settings_for
from zhike.records.pages.answering import for_members

PEOPLE, DATA, PROGRAMS, OPERATION = _("People and access"), _("Data"), _("Programs"), _("Operation")
ORDER = (PEOPLE, DATA, PROGRAMS, OPERATION)


@require_safe
@for_members
def page(request: Any) -> HttpResponse:
    return render(request, "shell/settings.html", {"groups": groups_for(request.actor)})


def groups_for(actor: Actor) -> list[tuple[str, list[Setting]]]:
    """Headings with what stands under each; other headings than ours come last."""
    shown = shown_to(actor)
    order = [str(heading) for heading in ORDER]
    place = {str(each.group): len(order) for each in shown} | {name: number for number, name in enumerate(order)}
    shown.sort(key=lambda each: (place[str(each.group)], str(each.group)))
    return [(heading, list(found)) for heading, found in groupby(shown, key=lambda each: str(each.group))]


def shown_to(actor: Actor) -> list[Setting]:
    return settings_for(is_administrator=actor.is_administrator)


def install() -> None:
    """The pages of the engine and of the hall itself."""
    for setting in (
        Setting(PEOPLE, _("Members"), _("Who works here, in which role, and who has left."),
                "/members/", "user-circle", 10),
        Setting(PEOPLE, _("Departments"), _("The tree that says whose records a manager sees."),
                "/departments/", "sitemap", 20),
        Setting(DATA, _("Imports"), _("What came in from files, what was rejected, and undoing it."), "/imports/",
                "upload", 10, for_everybody=True),
        Setting(DATA, _("Changes"), _("Every act with what it changed; each can be undone."), "/change-sets/",
                "history", 20, for_everybody=True),
        Setting(DATA, _("Bulk acts"), _("Changes of many records at once and what was refused."),
                "/change-sets/bulk/", "checkbox", 30, for_everybody=True),
        Setting(DATA, _("Exports"), _("Who took out what, how many rows, by which filter."), "/change-sets/exports/",
                "download", 40, for_everybody=True),
        Setting(OPERATION, _("Changes of the configuration"), _("Who changed how the company works, with undo."),
                "/change-sets/?only=configuration", "history", 20),
        Setting(PROGRAMS, _("API tokens"), _("Keys with which programs read and write in your name."),
                "/settings/tokens/", "code", 10, for_everybody=True),
        Setting(PROGRAMS, _("API guide"), _("Every address, field and answer, to read and to try."), "/api/",
                "book", 20, for_everybody=True),
        Setting(OPERATION, _("Jobs"), _("What runs in the background, what failed, and running it again."),
                "/settings/jobs/", "activity", 10),
    ):  # fmt: skip
        contribute_setting(setting)
