"""Acts of participation: joining, running processes, proposing, supporting, debating, examining."""
