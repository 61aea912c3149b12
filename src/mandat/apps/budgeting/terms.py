"""A budget as its process defines it."""

from __future__ import annotations

from dataclasses import dataclass

from mandat.apps.participation.definitions import PublishedProcess, published_process, published_processes
from mandat.apps.participation.schema.deciding import Budget
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class BudgetTerms:
    """A budget and the process it belongs to, in the version in force."""

    published: PublishedProcess
    budget: Budget

    @property
    def code(self) -> str:
        return self.budget.code

    @property
    def process(self) -> str:
        return self.published.code

    @property
    def source(self) -> str:
        """What polls, answers and the chain know it by."""
        return f"process:{self.process}/{self.code}"

    @property
    def title(self) -> Text:
        """The budget's name: that of its process."""
        title = self.published.process.title
        return Text(title.fr, title.en)

    def part_title(self, part: str) -> Text:
        """The name of a part; empty where the budget has none."""
        found = self.budget.part(part)
        return Text("", "") if found is None else Text(found.title.fr, found.title.en)

    @property
    def parts(self) -> tuple[str, ...]:
        """The codes votes are held by: one empty code where there are no parts."""
        return tuple(part.code for part in self.budget.parts) or ("",)


def budget_terms(process: str, component: str) -> BudgetTerms:
    """A budget in force. Raises InputError where there is none."""
    published = published_process(process)
    found = published.process.component(component)
    if not isinstance(found, Budget):
        raise InputError(
            Text(f"{component} n'est pas un budget participatif", f"{component} is no participatory budget")
        )
    return BudgetTerms(published, found)


def budgets() -> list[BudgetTerms]:
    """Every budget in force, in the order of the processes."""
    return [
        BudgetTerms(published, component)
        for published in published_processes().values()
        for component in published.process.components
        if isinstance(component, Budget)
    ]
