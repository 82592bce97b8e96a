"""How allauth is used here: by e-mail and password; nobody signs up, members are invited."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from zhike.domains.people.models import Member


class MemberAccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        "enter_current_password": _("This is not your current password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counting failures is the lock-out's business (axes), not a rate limit's."""


class MemberBackend(AuthenticationBackend):
    """Every request of a signed-in member begins here: the department is fetched along, its path says what is seen."""

    def get_user(self, user_id: Any) -> Member | None:
        found = Member.objects.select_related("department").filter(pk=user_id).first()
        return found if found is not None and self.user_can_authenticate(found) else None
