from zhike.records.policies import COMMON_RIGHTS, Policy


class ProductPolicy(Policy):
    """Everybody sees what is on sale; administrators keep it."""

    def __init__(self) -> None:
        super().__init__(COMMON_RIGHTS, shared=False)
