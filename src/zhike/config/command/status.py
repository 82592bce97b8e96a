import argparse

from zhike.base import embedded
from zhike.config import command, environment, processes

HELP = "what runs with this data folder, and which workspaces it holds"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It needs to be told nothing."""


def run(options: argparse.Namespace) -> int:
    here = environment.current()
    print(f"Data       {here.data}")
    print(f"Database   {_database(here)}")
    record = processes.read_record(here.data)
    if processes.find_supervisor(here.data) is None:
        print("Processes  none; ./zhike up starts them")
    else:
        print(f"Address    {here.url or 'http://localhost:' + str(record['port'])}")
        for name, known in record["programs"].items():
            print(f"Process    {name} ({_condition(known)})")
    if not here.is_embedded or embedded.is_running(here.data):
        _print_workspaces()
    return 0


def _database(here: environment.Environment) -> str:
    if not here.is_embedded:
        settings = environment.database_settings(here)
        return f"{settings['NAME']} at {settings['HOST'] or 'the local socket'}"
    return f"embedded, {'running' if embedded.is_running(here.data) else 'stopped'}"


def _condition(known: dict[str, float]) -> str:
    process = processes.find_process(known)
    if process is None:
        return "died, is being restarted"
    family = [process, *process.children(recursive=True)]
    return f"pid {process.pid}, {sum(member.memory_info().rss for member in family) // 1024**2} MB"


def _print_workspaces() -> None:
    command.set_up_django()
    from zhike.base.workspaces import queries

    for workspace in queries.all_workspaces():
        print(f"Workspace  {workspace.schema_name} ({workspace.name})")
