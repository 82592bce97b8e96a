from zhike.records.policies import CREATE, EDIT, SEE, Policy, Scope, same
from zhike.records.roles.ready import AGENT, own_rights


class OpportunityPolicy(Policy):
    """An opportunity belongs to its owner; who sees the customer sees it too."""

    def __init__(self) -> None:
        super().__init__(own_rights(**{AGENT: same(Scope.OWN, SEE, CREATE, EDIT)}), follows=("customer",))
