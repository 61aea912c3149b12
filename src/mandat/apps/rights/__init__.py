"""Rights: what each person may claim, how it is decided, what follows."""
