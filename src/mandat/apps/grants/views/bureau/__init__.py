"""The bureau of those who examine, score and decide cases."""
