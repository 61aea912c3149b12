"""Pages of those who apply: before an account, the draft, sending, and everything after."""
