"""Model families; they do not import each other. The list of all of them is `outsample.catalog`."""
