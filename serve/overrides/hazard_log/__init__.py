"""The hazards that the rules answer, and the page that says so."""
