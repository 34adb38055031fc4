"""Pages for people: one case asked well, its answer, and a file; plain forms, nothing stored."""
