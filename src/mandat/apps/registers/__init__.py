"""What lasts after a decision: labels held, contracts signed, who asked and who received, the impact of a measure."""
