"""What a scored file says as a whole: its class mix, what changed, how right its answers were."""
