"""The tables of the ground, gathered for Django."""

from zhike.base.changelog.models import Change, ChangeSet, ReaderPosition, Tracked
from zhike.base.changelog.seals import LogSeal
from zhike.base.files.models import StoredFile
from zhike.base.job_errors import JobError
from zhike.base.notices.models import Notice

__all__ = ["Change", "ChangeSet", "JobError", "LogSeal", "Notice", "ReaderPosition", "StoredFile", "Tracked"]
