"""Case files as they come, read into blocks of findings and issues."""
