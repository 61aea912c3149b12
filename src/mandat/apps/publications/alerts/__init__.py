"""Alerts by e-mail: see changes, write each message once, deliver it to each person once."""
