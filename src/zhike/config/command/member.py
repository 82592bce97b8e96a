import argparse
from typing import Any

from zhike.config import command

HELP = "add a member, or list who works here"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("add", "list"))
    parser.add_argument("email", metavar="EMAIL", nargs="?", help="what the new member signs in with")
    parser.add_argument("--name", help="default: what stands before the @")
    parser.add_argument("--role", action="append", help="may be said several times; default: salesperson")
    parser.add_argument("--department", help="the name of a department that is there")


def run(options: argparse.Namespace) -> int:
    if options.action == "add" and not options.email:
        raise command.CommandFailed("Say the e-mail address of the new member: ./zhike member add EMAIL.")
    with command.inside_workspace():
        return {"add": _add, "list": _list}[options.action](options)


def _add(options: argparse.Namespace) -> int:
    from django.conf import settings

    from zhike.base import actors, clock
    from zhike.base.changelog import acts
    from zhike.domains.people import services
    from zhike.records import gate, registry

    actor = actors.system("command line", actors.Door.CLI)
    raw: dict[str, Any] = {"email": options.email, "name": options.name or options.email.split("@")[0]}
    if options.role:
        raw["roles"] = options.role
    if options.department:
        raw["department"] = _department(options.department)
    try:
        with acts.act(actor, "create", record_type="members", subject=raw["name"]):
            member = gate.create(actor, registry.get("members"), raw)
            secret = services.invite_member(actor=actor, member=member, now=clock.now())
    except gate.Refused as refused:
        sentences = (f"{name}: {' '.join(messages)}" for name, messages in refused.errors.items())
        raise command.CommandFailed(f"{options.email} was not added. {' '.join(sentences)}") from refused
    print(f"{member.name} was added; the link works once, for {services.INVITATION_DAYS} days:")
    print(f"{settings.ENVIRONMENT.public_url}/invitations/{secret}/")
    return 0


def _department(name: str) -> int:
    from zhike.domains.people.models import Department

    found = Department.objects.alive().filter(name=name).first()
    if found is None:
        known = ", ".join(Department.objects.alive().values_list("name", flat=True)) or "none yet"
        raise command.CommandFailed(f"There is no department “{name}”; there are: {known}.")
    return int(found.pk)


def _list(options: argparse.Namespace) -> int:
    from zhike.domains.people.models import Member

    for member in Member.objects.alive().select_related("department").order_by("title_key"):
        state = "" if member.is_active else "  (left)"
        roles = ", ".join(member.roles)
        print(f"{member.email or '–':32} {roles:14} {member.department or '–'!s:14} {member.name}{state}")
    return 0
