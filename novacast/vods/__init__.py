"""Videos on demand: uploads, transcodes, the library, who may watch."""
