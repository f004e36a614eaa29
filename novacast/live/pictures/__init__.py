"""Pictures that stand for channels and programmes, and slates."""
