"""The production process behind `./zhike worker`."""

import os

import django


def main(concurrency: int = 2) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
    django.setup()
    from zhike.base import jobs

    jobs.run_worker(concurrency)
