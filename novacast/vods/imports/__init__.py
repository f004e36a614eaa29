"""Videos from files on this machine, with what lies beside them: folders of films, downloads, an old archive."""
