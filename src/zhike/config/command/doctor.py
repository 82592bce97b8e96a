import argparse
import sys

from zhike.config import command, environment, health

HELP = "look for what is wrong with this installation and say it in sentences"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It needs to be told nothing."""


def run(options: argparse.Namespace) -> int:
    here = environment.current()
    findings = [finding for check in health.GROUND for finding in _print(check, here)]
    if all(finding.ok for finding in findings if finding.is_vital):
        command.set_up_django()
        findings += [finding for check in health.CHECKS for finding in _print(check, here)]
    wrong = sum(not finding.ok for finding in findings)
    print("All is well." if not wrong else f"{wrong} of {len(findings)} findings need something done.")
    return 1 if wrong else 0


def _print(check: health.Check, here: environment.Environment) -> list[health.Finding]:
    """A check that fails is a finding itself, so that one broken thing does not hide the others."""
    found = []
    try:
        for finding in check(here):
            print("ok    " if finding.ok else "WRONG ", finding.sentence, flush=True)
            found.append(finding)
    except Exception as error:
        print(
            "WRONG ",
            f"{check.__name__} could not be checked: {error}".strip(),
            file=sys.stdout,
            flush=True,
        )
        found.append(health.Finding(False, str(error)))
    return found
