from zhike.records.policies import Policy


class OpportunityPolicy(Policy):
    """An opportunity belongs to its owner; who sees the customer sees it too."""

    def __init__(self) -> None:
        super().__init__(follows=("customer",))
