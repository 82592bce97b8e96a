"""The door of the pages."""

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
application = get_wsgi_application()


def _read_pinyin() -> None:
    """Its tables take half a second to read: better now than when somebody types the first letter."""
    from zhike.base import chinese

    chinese.pinyin_key("知客")


threading.Thread(target=_read_pinyin, daemon=True).start()
