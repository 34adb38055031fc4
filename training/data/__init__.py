"""What is learned from and measured on: vignettes, labelled cases, real cases."""
