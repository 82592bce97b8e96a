"""Zhike 知客: a complete customer relationship management system."""

__version__ = "0.1.0"
