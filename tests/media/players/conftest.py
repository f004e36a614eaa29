from tests.media.conformance.conftest import ladder

__all__ = ["ladder"]
