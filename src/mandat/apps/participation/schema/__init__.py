"""Schema of participation processes. One file for each family of components; ``process`` puts them together."""

from mandat.apps.participation.schema.process import ComponentType, Phase, Process

__all__ = ["ComponentType", "Phase", "Process"]
