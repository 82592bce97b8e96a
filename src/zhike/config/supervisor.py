"""`python -m zhike.config.supervisor`: what `./zhike up --detach` leaves running."""

from zhike.config import environment, processes


def main() -> None:
    """Keep all programs of this installation running until told to stop."""
    here = environment.current()
    supervisor = processes.Supervisor(here, processes.everything(here), to_files=True)
    supervisor.start()
    supervisor.watch()


if __name__ == "__main__":
    main()
