"""Acts on the programme. Each is one transaction and appends its facts.

Rights are checked here, so that no caller can forget: ``actor`` is the account that acts.
Every act dated ``on`` a day refuses the future and days before the mandate.
"""

from mandat.apps.programme.services.decisions import decision_record, milestone_reach
from mandat.apps.programme.services.declarations import output_confirm, output_declare, output_refuse
from mandat.apps.programme.services.definitions import definition_edit
from mandat.apps.programme.services.loading import programme_load
from mandat.apps.programme.services.suspensions import (
    commitment_resume,
    commitment_suspend,
    fact_correct,
    fact_withdraw,
)

__all__ = [
    "commitment_resume",
    "commitment_suspend",
    "decision_record",
    "definition_edit",
    "fact_correct",
    "fact_withdraw",
    "milestone_reach",
    "output_confirm",
    "output_declare",
    "output_refuse",
    "programme_load",
]
