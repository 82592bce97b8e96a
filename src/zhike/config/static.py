"""Static files carry the hash of their content in their name, so browsers may keep them for good."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Strict about nothing a page can do without: a missing entry answers with its plain name."""

    manifest_strict = False
