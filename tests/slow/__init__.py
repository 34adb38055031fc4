"""Scripts that need minutes or the network: each is a make target, none is collected by pytest."""
