"""Files on their way in, by tus 1.0.0 (https://tus.io/protocols/resumable-upload): they go on after any break."""
