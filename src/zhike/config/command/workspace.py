import argparse

from zhike.config import command

HELP = "list the workspaces, or open another one for another company"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("add", "list"))
    parser.add_argument("schema", metavar="SCHEMA", nargs="?", help="its schema in the database: letters, digits and _")
    parser.add_argument("--name", help="the company's name")
    parser.add_argument("--host", action="append", default=[], help="a host name that leads to it; may be repeated")
    parser.add_argument("--email", help="the first administrator's e-mail address")


def run(options: argparse.Namespace) -> int:
    command.with_django()
    return {"add": _add, "list": _list}[options.action](options)


def _list(options: argparse.Namespace) -> int:
    from zhike.base.workspaces import queries
    from zhike.base.workspaces.models import Host

    for workspace in queries.all_workspaces():
        hosts = ", ".join(Host.objects.filter(tenant=workspace).values_list("domain", flat=True)) or "every other host"
        print(f"{workspace.schema_name:20} {workspace.name}  ({hosts})")
    return 0


def _add(options: argparse.Namespace) -> int:
    from zhike.base.workspaces import services
    from zhike.config import setup

    if not (options.schema and options.name and options.email and options.host):
        raise command.CommandFailed("Say all of: ./zhike workspace add SCHEMA --name NAME --host HOST --email EMAIL.")
    workspace = services.open_workspace(schema=options.schema, name=options.name, hosts=tuple(options.host))
    password = setup.begin_empty(workspace, options.email)
    print(f"The workspace “{workspace.name}” is open; its first administrator signs in with:")
    print(f"LOGIN {options.email}")
    print(f"PASSWORD {password}")
    return 0
