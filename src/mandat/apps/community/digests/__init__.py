"""Digests: cut a window of news, compose what each target has to say once, share recipients in slices, hand over each message once."""
