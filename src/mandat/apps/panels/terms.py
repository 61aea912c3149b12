"""A panel as its process defines it, and its quotas as the engine takes them."""

from __future__ import annotations

from dataclasses import dataclass

from mandat.apps.panels.models import Panel
from mandat.apps.participation.definitions import PublishedProcess, published_process, published_processes
from mandat.apps.participation.schema.deciding import Panel as PanelRules
from mandat.engines.sortition import Quota, Quotas
from mandat.kernel.errors import InputError
from mandat.kernel.text import Text


@dataclass(frozen=True, slots=True)
class PanelTerms:
    """A panel and the process it belongs to, in the version in force."""

    published: PublishedProcess
    rules: PanelRules

    @property
    def code(self) -> str:
        return self.rules.code

    @property
    def process(self) -> str:
        return self.published.code

    @property
    def title(self) -> Text:
        title = self.rules.title
        return Text(title.fr, title.en)

    @property
    def quotas(self) -> Quotas:
        """One quota a value, in the order of the definition."""
        return Quotas(
            tuple(
                Quota(feature.code, value.value, value.least, value.most)
                for feature in self.rules.features
                for value in feature.values
            )
        )


def panel_terms(process: str, component: str) -> PanelTerms:
    """A panel in force. Raises InputError where there is none."""
    published = published_process(process)
    found = published.process.component(component)
    if not isinstance(found, PanelRules):
        raise InputError(Text(f"{component} n'est pas un panel", f"{component} is no panel"))
    return PanelTerms(published, found)


def terms_of(panel: Panel) -> PanelTerms:
    return panel_terms(panel.process, panel.component)


def panels() -> list[PanelTerms]:
    """Every panel in force, in the order of the processes."""
    return [
        PanelTerms(published, component)
        for published in published_processes().values()
        for component in published.process.components
        if isinstance(component, PanelRules)
    ]
