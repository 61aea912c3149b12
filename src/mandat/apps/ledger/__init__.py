"""Double entry: accounts, transactions whose postings sum to zero, payment files.

What other apps use: ``services`` (``account_open``, ``post``, ``post_many``, ``reverse``), ``selectors`` (``balance``, ``statement``,
``trial_balance``, ``verify``) and ``payments``.
"""
