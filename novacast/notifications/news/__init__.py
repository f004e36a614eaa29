"""What people are told of by itself: somebody goes live, an event begins, a video is new, somebody names them."""
