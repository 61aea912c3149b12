"""The form of a case, derived from its scheme alone: what each field asks, how an answer is read, kept and said."""
