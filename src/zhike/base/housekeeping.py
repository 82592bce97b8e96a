"""What the ground does on the clock; workers import it by its name in the settings."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from zhike.base import clock, jobs
from zhike.base.changelog import installing, sealing
from zhike.base.files import sweeping
from zhike.base.job_errors import JobError
from zhike.base.notices.models import Notice


@jobs.nightly(7, label=_("Seal the change log"))
def seal_the_log() -> None:
    """Every month of the change log that is over for good."""
    sealing.seal_closed_months()


@jobs.nightly(17, label=_("Prepare the change log for the coming months"))
def make_partitions_ahead() -> None:
    installing.make_partitions(clock.today())


@jobs.nightly(27, label=_("Forget old notices"))
def forget_old_notices() -> None:
    """Read notices are kept for 90 days."""
    Notice.objects.filter(read_at__lt=clock.now() - timedelta(days=90)).delete()


@jobs.nightly(37, label=_("Forget old errors of jobs"))
def forget_old_job_errors() -> None:
    """Errors of jobs that were mended or dropped otherwise; failed jobs themselves stay until somebody decides."""
    JobError.objects.filter(at__lt=clock.now() - timedelta(days=90)).delete()


@jobs.nightly(57, label=_("Remove files nothing refers to"))
def sweep_files() -> None:
    """Files nobody refers to any more; a day old, so that none is swept away under somebody's hands."""
    sweeping.sweep(before=clock.now() - timedelta(days=1))
