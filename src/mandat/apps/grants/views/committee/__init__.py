"""The pages of committees: the secretariat's, the members', the public's; and letters and agreements."""
