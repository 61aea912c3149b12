"""Have what is due credited to a wallet at once; what goes by transfer waits for the next payment file. Once a key."""

from __future__ import annotations

from mandat.apps.rights.models import Benefit, Payment
from mandat.apps.rights.terms import Terms


def order(payment: Payment, *, benefit: Benefit, terms: Terms) -> None:
    """Order one payment in the transaction that records it. Raises InputError for what the wallet refuses."""
    if terms.document.benefit.paid_by != "wallet":
        return
    from mandat.apps.wallets.services import credit

    area = benefit.decision.claim.area
    credit(
        wallet=str(terms.document.benefit.wallet),
        holder=benefit.holder,
        amount=payment.amount,
        key=f"rights:{payment.key}",
        departement=area.partition(":")[2],
    )
    payment.status = Payment.Status.SETTLED
    payment.settled_at = payment.made_at
    payment.save(update_fields=["status", "settled_at"])
