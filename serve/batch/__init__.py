"""A file scored block by block, on several processes, in order."""
