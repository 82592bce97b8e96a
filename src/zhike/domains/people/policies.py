from zhike.records.policies import COMMON_RIGHTS, Policy


class DirectoryPolicy(Policy):
    """Everybody sees who works here; only administrators change it."""

    def __init__(self) -> None:
        super().__init__(COMMON_RIGHTS, shared=False)
