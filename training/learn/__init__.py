"""What labelled cases change."""
