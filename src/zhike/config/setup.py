"""The first start: a workspace, what it begins with, and somebody who may sign in."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django_tenants.utils import schema_context

from zhike.base import actors
from zhike.base.actors import ADMINISTRATOR, Actor, Door
from zhike.base.changelog import acts, reading
from zhike.base.workspaces import queries, services
from zhike.base.workspaces.models import Workspace
from zhike.config import demo as demo_story
from zhike.domains.people import cast
from zhike.domains.people import services as people
from zhike.domains.people.models import Member

FIRST_EMAIL = "admin@example.com"
STARTER = actors.system("zhike", Door.CLI)


@dataclass(frozen=True)
class Setup:
    """How to sign in for the first time; the password is None once it was changed."""

    login: str
    password: str | None


def prepare(*, demo: bool, empty: bool) -> Setup:
    """Makes the first workspace if there is none, and begins it if that was interrupted; says who may sign in
    with which password."""
    found = queries.all_workspaces()
    name = cast.COMPANY if demo and not empty else "知客"
    workspace = found[0] if found else services.open_workspace(schema="company", name=name)
    with schema_context(workspace.schema_name):
        if not Member.objects.exists():
            _begin(workspace, demo=demo and not empty)
        login, password = _remembered(workspace)
        member = Member.objects.filter(email=login).first()
        unchanged = bool(member and password and member.check_password(password))
        return Setup(login, password if unchanged else None)


def _begin(workspace: Workspace, *, demo: bool) -> None:
    """All of it or nothing; the password is written down first, so that nobody is locked out by a power cut."""
    if not demo:
        begin_empty(workspace, FIRST_EMAIL)
        return
    password = _new_password(workspace, cast.CAST[0].email)
    with transaction.atomic():
        begin_workspace(STARTER)
        demo_story.tell(STARTER, password=password)
    reading.catch_up()


def begin_empty(workspace: Workspace, email: str) -> str:
    """What a new workspace starts with and its first administrator; returns the password."""
    password = _new_password(workspace, email)
    with schema_context(workspace.schema_name), transaction.atomic():
        begin_workspace(STARTER)
        _add_first_administrator(STARTER, email, password)
    return password


def _new_password(workspace: Workspace, email: str) -> str:
    password = secrets.token_urlsafe(9)
    _remember(workspace, email, password)
    return password


def begin_workspace(actor: Actor) -> None:
    """Lets every domain put in what a new workspace starts with."""
    with acts.act(actor, "begin_workspace"):
        for domain in settings.DOMAINS:
            name = f"{domain}.beginning"
            if find_spec(name):
                import_module(name).prepare_workspace(actor)


def _add_first_administrator(actor: Actor, email: str, password: str) -> None:
    with acts.act(actor, "add_member"):
        people.add_member(actor=actor, name="管理员", email=email, roles=[ADMINISTRATOR], password=password)


def _path(workspace: Workspace) -> Path:
    return Path(settings.DATA) / f"first-login-{workspace.schema_name}"


def _remember(workspace: Workspace, login: str, password: str) -> None:
    handle = os.open(_path(workspace), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(f"{login}\n{password}\n")


def _remembered(workspace: Workspace) -> tuple[str, str]:
    """(login, first password); where nothing is remembered, an administrator's address and "" ."""
    path = _path(workspace)
    if path.exists():
        login, password = path.read_text(encoding="utf-8").split("\n")[:2]
        return login, password
    first = Member.objects.filter(roles__contains=[ADMINISTRATOR], email__isnull=False).order_by("pk").first()
    return (first.email if first and first.email else FIRST_EMAIL), ""
