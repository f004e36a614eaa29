"""What an import made is taken back."""

from novacast.operations.imports.undoing.service import JOB, Undoing

__all__ = ["JOB", "Undoing"]
