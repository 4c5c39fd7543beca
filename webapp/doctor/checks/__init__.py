"""One idea a file. A check says nothing where all is well."""
