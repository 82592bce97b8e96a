"""What the ground does on the clock."""

from datetime import timedelta

from zhike.base import clock, jobs
from zhike.base.changelog import installing
from zhike.base.job_errors import JobError
from zhike.base.notices.models import Notice


@jobs.every("17 3 * * *")
def make_partitions_ahead() -> None:
    installing.make_partitions(clock.today())


@jobs.every("27 3 * * *")
def forget_old_notices() -> None:
    """Read notices are kept for 90 days."""
    Notice.objects.filter(read_at__lt=clock.now() - timedelta(days=90)).delete()


@jobs.every("37 3 * * *")
def forget_old_job_errors() -> None:
    """Errors of jobs that were mended or dropped otherwise; failed jobs themselves stay until somebody decides."""
    JobError.objects.filter(at__lt=clock.now() - timedelta(days=90)).delete()
