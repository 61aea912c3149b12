"""What the programme has to tell those who follow it: facts, and changes in the standing of commitments. ``community.digests`` sends it."""
