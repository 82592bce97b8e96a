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
from zhike.base.actors import Actor, Door
from zhike.base.changelog import acts, reading
from zhike.base.workspaces import queries, services
from zhike.base.workspaces.models import Workspace
from zhike.config import demo as demo_story
from zhike.domains.people import cast
from zhike.domains.people import services as people
from zhike.domains.people.choices import Role
from zhike.domains.people.models import Member

FIRST_EMAIL = "admin@example.com"


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
    password = secrets.token_urlsafe(9)
    login = cast.CAST[0].email if demo else FIRST_EMAIL
    _remember(workspace, login, password)
    actor = actors.system("zhike", Door.CLI)
    with transaction.atomic():
        begin_workspace(actor)
        if demo:
            demo_story.tell(actor, password=password)
        else:
            _add_first_administrator(actor, login, password)
    reading.catch_up()


def begin_workspace(actor: Actor) -> None:
    """Lets every domain put in what a new workspace starts with."""
    with acts.act(actor, "begin_workspace"):
        for domain in settings.DOMAINS:
            name = f"{domain}.beginning"
            if find_spec(name):
                import_module(name).prepare_workspace(actor)


def _add_first_administrator(actor: Actor, email: str, password: str) -> None:
    with acts.act(actor, "add_member"):
        people.add_member(actor=actor, name="管理员", email=email, role=Role.ADMINISTRATOR, password=password)


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
    first = Member.objects.filter(role=Role.ADMINISTRATOR, email__isnull=False).order_by("pk").first()
    return (first.email if first and first.email else FIRST_EMAIL), ""
