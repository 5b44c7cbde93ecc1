"""The documentation site: its own pages in en/ and ko/, and what builds the whole of it."""
