"""Acts on rights: claims, decisions, benefits, appeals. Each is one transaction, checks who acts, and appends its fact.

What a person keeps to themselves (a draft, a message, a file) and how agents share the work have no public fact.
"""

from mandat.apps.rights.services.appeals import appeal_decide, appeal_drop, appeal_lodge
from mandat.apps.rights.services.benefits import benefit_end, benefit_give_up, refund_settle
from mandat.apps.rights.services.claiming import (
    claim_complete,
    claim_discard,
    claim_save,
    claim_start,
    claim_submit,
    claim_withdraw,
    message_send,
    messages_read,
    renewal_start,
)
from mandat.apps.rights.services.clock import day_pass
from mandat.apps.rights.services.counting import beneficiaries_count
from mandat.apps.rights.services.decisions import claim_decide
from mandat.apps.rights.services.evidence import piece_add, piece_remove
from mandat.apps.rights.services.instructing import (
    assignments_restore,
    claims_assign,
    evidence_ask,
    filter_forget,
    filter_save,
    piece_judge,
)
from mandat.apps.rights.services.notices import notices_send
from mandat.apps.rights.services.transfers import answer_record, transfers_make, transfers_sent

__all__ = [
    "answer_record",
    "appeal_decide",
    "appeal_drop",
    "appeal_lodge",
    "assignments_restore",
    "beneficiaries_count",
    "benefit_end",
    "benefit_give_up",
    "claim_complete",
    "claim_decide",
    "claim_discard",
    "claim_save",
    "claim_start",
    "claim_submit",
    "claim_withdraw",
    "claims_assign",
    "day_pass",
    "evidence_ask",
    "filter_forget",
    "filter_save",
    "message_send",
    "messages_read",
    "notices_send",
    "piece_add",
    "piece_judge",
    "piece_remove",
    "refund_settle",
    "renewal_start",
    "transfers_make",
    "transfers_sent",
]
