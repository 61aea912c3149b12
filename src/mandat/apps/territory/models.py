"""Regions, departments, EPCI, bassins de vie, communes past and present, and their shapes on the map.

Only ``services.territory_import`` writes here.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Region(models.Model):
    """A loaded region: where its reference comes from, and the frame of its map."""

    code = models.CharField(_("code"), max_length=2, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    vintage = models.DateField(_("vintage of the official code"))
    population_year = models.PositiveSmallIntegerField(_("year of population"), null=True)
    sources: models.JSONField[Any, Any] = models.JSONField(_("sources"), default=list)
    digest = models.CharField(max_length=64)
    map_width = models.PositiveIntegerField(default=0)
    map_height = models.PositiveIntegerField(default=0)
    metres_per_unit = models.FloatField(default=0)
    map_tolerance = models.FloatField(default=0)
    map_borders = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def area(self) -> str:
        return f"region:{self.code}"


class Departement(models.Model):
    code = models.CharField(_("code"), max_length=3, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    region = models.ForeignKey(Region, models.PROTECT, related_name="departements")

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def area(self) -> str:
        return f"departement:{self.code}"


class Epci(models.Model):
    """A public body of cooperation between communes. ``members`` counts its communes, in every region."""

    class Kind(models.TextChoices):
        CC = "CC", _("Community of communes")
        CA = "CA", _("Agglomeration community")
        CU = "CU", _("Urban community")
        ME = "ME", _("Metropolis")

    code = models.CharField(_("SIREN"), max_length=9, primary_key=True)
    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=2, choices=Kind.choices, blank=True, default="")
    members = models.PositiveSmallIntegerField(_("communes, in every region"), null=True)

    class Meta:
        verbose_name = _("EPCI")
        verbose_name_plural = _("EPCI")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def area(self) -> str:
        return f"epci:{self.code}"


class BassinDeVie(models.Model):
    """INSEE's smallest area with everyday services; none is bundled (see docs/territory.md)."""

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    name = models.CharField(_("name"), max_length=150)

    class Meta:
        verbose_name = _("bassin de vie")
        verbose_name_plural = _("bassins de vie")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def area(self) -> str:
        return f"bassin:{self.code}"


class CommuneQuerySet(models.QuerySet["Commune"]):
    def active(self) -> CommuneQuerySet:
        return self.filter(status=Commune.Status.ACTIVE)


class Commune(models.Model):
    """A commune, or a former one whose code leads to its ``successor``.

    ``surface`` is in hectares; ``search`` holds its folded names, old and new, and its codes.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Current")
        MERGED = "merged", _("Merged")

    class Survival(models.TextChoices):
        NONE = "", pgettext_lazy("link between communes", "none")
        DELEGATED = "delegated", _("delegated commune")
        ASSOCIATED = "associated", _("associated commune")

    code = models.CharField(_("code"), max_length=5, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    status = models.CharField(_("status"), max_length=6, choices=Status.choices, default=Status.ACTIVE)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="communes")
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, related_name="communes")
    bassin = models.ForeignKey(BassinDeVie, models.PROTECT, null=True, related_name="communes")
    population = models.PositiveIntegerField(_("population"), null=True)
    surface = models.PositiveIntegerField(_("surface in hectares"), null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    postal_codes = models.CharField(_("postal codes"), max_length=250, blank=True, default="")
    former_names = models.CharField(_("former names"), max_length=250, blank=True, default="")
    neighbours = models.CharField(max_length=250, blank=True, default="")
    search = models.TextField(editable=False, default="")
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="predecessors")
    ended_on = models.DateField(_("ended on"), null=True)
    ended_by = models.DateField(_("ended at the latest on"), null=True)
    survives_as = models.CharField(max_length=10, choices=Survival.choices, blank=True, default=Survival.NONE)

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = _("commune")
        verbose_name_plural = _("communes")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="territory_commune_successor",
                condition=models.Q(status="active", successor=None)
                | models.Q(status="merged", successor__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["status", "departement"]), models.Index(fields=["status", "epci"])]

    def __str__(self) -> str:
        return self.name

    @property
    def area(self) -> str:
        return f"commune:{self.code}"


class Shape(models.Model):
    """The path of an area on its region's map, and the place of its label, in map units."""

    area = models.CharField(max_length=30)
    region = models.ForeignKey(Region, models.CASCADE, related_name="shapes")
    level = models.CharField(max_length=12)
    path = models.TextField()
    x = models.IntegerField()
    y = models.IntegerField()

    class Meta:
        verbose_name = _("shape")
        verbose_name_plural = _("shapes")
        indexes = [models.Index(fields=["region", "level"])]
        constraints = [models.UniqueConstraint("region", "area", name="territory_one_shape_an_area")]

    def __str__(self) -> str:
        return self.area
