"""A company's whole configuration as one file: told, compared with another workspace, and applied there."""
