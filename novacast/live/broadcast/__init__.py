"""The engine: programmes on air, their feeds, encoders and slates."""
