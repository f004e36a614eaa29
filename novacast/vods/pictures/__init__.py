"""Pictures that stand for a video: three are proposed, any frame may be taken, any picture brought; one is chosen."""
