"""What the proxy in front of an installation says of a request."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Where a request comes from, for the lock-out after failed sign-ins.

    Behind a proxy, which is where TLS ends, every connection comes from the proxy; it writes the caller's address
    last into X-Forwarded-For. Without one the header is anybody's word and is not read.
    """
    told = str(request.META.get("HTTP_X_FORWARDED_FOR", "")) if settings.ENVIRONMENT.https else ""
    return told.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
