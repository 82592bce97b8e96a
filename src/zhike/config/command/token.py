import argparse
import datetime

from zhike.config import command

LONGEST = 3650
HELP = "make a token by which a program acts as a member; its secret is printed once, as the last line"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email", metavar="EMAIL", help="the e-mail address of the member")
    parser.add_argument("--name", default="command line", help="what the token is for, as the member's list shows it")
    parser.add_argument("--read-only", action="store_true", help="it may read, and change nothing")
    parser.add_argument("--types", metavar="A,B", default="", help="only these record types: customers,contacts:read")
    parser.add_argument(
        "--from", dest="networks", metavar="A,B", default="", help="only from there: 10.20.0.0/16,2001:db8::/32"
    )
    parser.add_argument("--days", metavar="N", type=int, default=90, help="ends after so many days; 0: never")


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
                rights=_rights(options.types, "read" if options.read_only else "write"),
                networks=_networks(options.networks),
                expires_at=_end(options.days),
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


def _rights(text: str, default: str) -> dict[str, str]:
    """`customers,contacts:read` → each type with its right."""
    from zhike.domains.people.choices import TokenRight
    from zhike.records import registry

    known = [record_type.name for record_type in registry.all_types()]
    found = {}
    for part in text.replace(",", " ").split():
        name, _colon, right = part.partition(":")
        if name not in known:
            raise command.CommandFailed(f"“{name}” is no record type; the types are {', '.join(known)}.")
        if right and right not in TokenRight.values:
            raise command.CommandFailed(f"“{right}” is no right; write {name}:read or {name}:write.")
        found[name] = right or default
    return found


def _networks(text: str) -> list[str]:
    from zhike.base import addresses

    try:
        return [addresses.network(part) for part in text.replace(",", " ").split()]
    except addresses.NoNetwork as error:
        raise command.CommandFailed(f"“{error}” is no address and no network; write 10.20.0.0/16.") from error


def _end(days: int) -> datetime.datetime | None:
    from zhike.base import clock

    if not 0 <= days <= LONGEST:
        raise command.CommandFailed(f"--days must lie between 0 and {LONGEST}.")
    return clock.now() + datetime.timedelta(days=days) if days else None
