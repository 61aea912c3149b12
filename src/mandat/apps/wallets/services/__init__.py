"""Acts on wallets: credit, spend, refund, expire; approve partners; pay them; tell what was done.

``credit`` is what rights call.
"""

from mandat.apps.wallets.services.cards import card_make, card_stop, code_make
from mandat.apps.wallets.services.credits import Credit, Credited, credit, credit_many, wallet_open
from mandat.apps.wallets.services.expiring import expire, wallet_close
from mandat.apps.wallets.services.partners import member_add, member_remove, partner_apply, partner_bank, partner_decide
from mandat.apps.wallets.services.publishing import publish
from mandat.apps.wallets.services.settling import answer_record, run_make, run_sent
from mandat.apps.wallets.services.spending import refund, spend

__all__ = [
    "Credit",
    "Credited",
    "answer_record",
    "card_make",
    "card_stop",
    "code_make",
    "credit",
    "credit_many",
    "expire",
    "member_add",
    "member_remove",
    "partner_apply",
    "partner_bank",
    "partner_decide",
    "publish",
    "refund",
    "run_make",
    "run_sent",
    "spend",
    "wallet_close",
    "wallet_open",
]
