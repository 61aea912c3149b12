"""Payment files: transfer orders for the bank (ISO 20022 pain.001), their bordereau, and the bank's answers.

``sepa`` checks accounts and writes names in the SEPA characters, ``pain`` writes the file, ``bordereau`` its list, ``reading`` reads what the bank
says, ``services`` makes a file once and records what was paid.
"""
