from tests.vods.stock import stock, stocked

__all__ = ["stock", "stocked"]
