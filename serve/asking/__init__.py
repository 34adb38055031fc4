"""What to ask next: dangers first, then what tells the conditions apart."""
