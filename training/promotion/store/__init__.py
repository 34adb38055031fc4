"""The promoted versions, their history, and the DVC out that holds both."""
