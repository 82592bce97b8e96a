"""Files lie under the data folder by the hash of their content; a file is written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from zhike.base.files.models import StoredFile

HALF = "half-"
"""How the names of files begin that are still being written."""


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
    handle, name = tempfile.mkstemp(dir=folder(), prefix=HALF)
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
        return _named(name, digest.hexdigest(), size, media_type)
    except OSError as error:
        raise UnableToStoreFile(error.strerror or str(error)) from error
    finally:
        Path(name).unlink(missing_ok=True)


def _named(written: str, sha256: str, size: int, media_type: str) -> StoredFile:
    """The row first: while the nightly sweep removes the same bytes, this waits until they are gone."""
    row = StoredFile(sha256=sha256, size=size, media_type=media_type)
    with transaction.atomic():
        StoredFile.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["sha256"], update_fields=["stored_at"]
        )
        stored = StoredFile.objects.get(sha256=sha256)
        target = path_of(stored)
        target.parent.mkdir(exist_ok=True)
        os.replace(written, target)
    return stored
