"""What the ground does on the clock."""

from datetime import timedelta

from zhike.base import clock, jobs
from zhike.base.changelog import installing
from zhike.base.notices.models import Notice


@jobs.every("17 3 * * *")
def make_partitions_ahead() -> None:
    installing.make_partitions(clock.today())


@jobs.every("27 3 * * *")
def forget_old_notices() -> None:
    """Read notices are kept for 90 days."""
    Notice.objects.filter(read_at__lt=clock.now() - timedelta(days=90)).delete()
