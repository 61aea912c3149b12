"""Pages of systematic offers: public, for who holds a code, for the back office, for the staff of a place."""
