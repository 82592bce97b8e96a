import argparse

from zhike.config import command

HELP = "make a token by which a program acts as a member; its secret is printed once, as the last line"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email", metavar="EMAIL", help="the e-mail address of the member")
    parser.add_argument("--name", default="command line", help="what the token is for, as the member's list shows it")
    parser.add_argument("--read-only", action="store_true", help="it may read, and change nothing")
    parser.add_argument("--types", metavar="A,B", default="", help="only these record types: customers,contacts")


def run(options: argparse.Namespace) -> int:
    with command.inside_workspace():
        from zhike.base import actors
        from zhike.base.changelog import acts
        from zhike.domains.people import services

        member = _member(options.email)
        actor = actors.system("command line", actors.Door.CLI)
        with acts.act(actor, "issue_token", record_type="members", subject=member.name):
            _token, secret = services.issue_token(
                actor=actor,
                member=member,
                name=options.name[:60],
                read_only=options.read_only,
                types=_types(options.types),
            )
    print(f"A token for {member.name}; keep it, it is not shown again:")
    print(secret)
    return 0


def _member(email: str):  # type: ignore[no-untyped-def]
    from zhike.domains.people.models import Member

    found = Member.objects.alive().filter(email__iexact=email, is_active=True).first()
    if found is None:
        raise command.CommandFailed(f"There is no active member with the address {email}; ./zhike member add adds one.")
    return found


def _types(text: str) -> tuple[str, ...]:
    from zhike.records import registry

    names = tuple(part.strip() for part in text.split(",") if part.strip())
    known = [record_type.name for record_type in registry.all_types()]
    for name in names:
        if name not in known:
            raise command.CommandFailed(f"“{name}” is no record type; the types are {', '.join(known)}.")
    return names
