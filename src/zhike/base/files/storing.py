"""Files lie under the data folder by the hash of their content; a file is written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import connection

from zhike.base.files.models import StoredFile


class UnableToStoreFile(Exception):
    """The file is too large, or the disk is full."""


def folder() -> Path:
    """Each workspace keeps its files apart."""
    return Path(settings.FILES) / connection.schema_name  # type: ignore[attr-defined]


def path_of(stored: StoredFile) -> Path:
    return folder() / stored.sha256[:2] / stored.sha256


def store(chunks: Iterable[bytes], *, media_type: str, limit: int) -> StoredFile:
    """Keeps the bytes and returns their row. `limit` in bytes. Raises `UnableToStoreFile`."""
    folder().mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=folder())
    try:
        with os.fdopen(handle, "wb") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise UnableToStoreFile(f"larger than {limit // 1024 // 1024} MB")
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        target = folder() / digest.hexdigest()[:2] / digest.hexdigest()
        target.parent.mkdir(exist_ok=True)
        os.replace(name, target)
    except OSError as error:
        raise UnableToStoreFile(error.strerror or str(error)) from error
    finally:
        Path(name).unlink(missing_ok=True)
    stored, _ = StoredFile.objects.get_or_create(
        sha256=digest.hexdigest(), defaults={"size": size, "media_type": media_type}
    )
    return stored
