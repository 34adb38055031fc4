"""Whether a candidate takes the champion's place, and the store of those that did."""
