"""What can be followed, and the button to do so."""
