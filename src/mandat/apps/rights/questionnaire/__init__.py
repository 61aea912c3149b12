"""Mes droits: one questionnaire over all published rights, asking only what still matters, storing nothing.

``book`` gathers the published rights, their rules and their questions; ``answers`` is what a person has said, as it travels in the
page or rests in a file of theirs; ``settling`` applies every rule and says what to ask next; ``views`` shows it.
"""
