"""Secret ballots: one roll for web, paper and desk, a box apart, a count anyone can make again."""
