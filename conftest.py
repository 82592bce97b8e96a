"""Tests run against a real PostgreSQL: the embedded one in its own data folder, or `DATABASE_URL`."""

import os
from pathlib import Path

HERE = Path(__file__).parent
os.environ["ZHIKE_DATA"] = os.environ.get("ZHIKE_TEST_DATA") or str(HERE / "var" / "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")

import django  # noqa: E402
import hypothesis  # noqa: E402
from django.conf import settings  # noqa: E402

from zhike.base import embedded  # noqa: E402

if not os.environ.get("DATABASE_URL"):
    embedded.ensure_running(Path(os.environ["ZHIKE_DATA"]), for_tests=True)

settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
django.setup()

hypothesis.settings.register_profile("zhike", deadline=None)
hypothesis.settings.load_profile("zhike")

pytest_plugins = ["zhike.testing.fixtures"]
