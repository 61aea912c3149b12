"""Fields whose values are sealed at rest, and blind indexes to look one up.

``SealedTextField``, ``SealedJSONField``, ``SealedDateField`` and ``SealedDecimalField`` read and write like plain ones on an
instance; the column holds ``s1.<key id>.<person>.<base64>``. A value opens when it is first read, in its own row and
column only: ciphertexts that were swapped raise ``SealError``.

- The row is known by its primary key where that has a default (a UUID), else by the field named in ``bind``, else by its
  first unique field with a default. A system check refuses a model that has none.
- ``subject`` names the path (``person`` or ``claim__person``) to a ``custody.Subject`` or an account: the value is
  then sealed with that person's own key, and ``subjects.subject_erase`` makes it unreadable for good (``ErasedError``).
- Nothing can be looked up on a sealed field but ``isnull``. ``BlindIndexField(source=…)`` keeps a keyed hash beside it:
  ``Model.objects.filter(ine_index__in=blind_indexes(value, purpose="…"))``.
- ``values()`` gives the ciphertext, ``update()`` takes only ``seal_for(instance, name, value)``, ``bulk_update()`` nothing.
- Change ``purpose`` never; give it before a model or field that holds values is renamed.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.apps import apps
from django.core import checks
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.dateparse import parse_date

from mandat.apps.custody.keys import ErasedError, SealError, bound, fingerprint, keyring, seal, unseal

__all__ = [
    "BlindIndexField",
    "ErasedError",
    "SealError",
    "SealedDateField",
    "SealedDecimalField",
    "SealedField",
    "SealedJSONField",
    "SealedTextField",
    "Token",
    "blind_index",
    "blind_indexes",
    "readable",
    "seal_for",
    "with_keys",
]

_MARK = "s1"
#: What sealed columns remember on an instance: opened tokens, and the keys of persons already fetched.
_OPENED, _KEYS = "_custody_opened", "_custody_keys"


class Token(str):
    """A sealed value as the column holds it."""

    __slots__ = ()

    def parts(self) -> tuple[str, str, bytes]:
        """Key id (empty where a person's key seals), person (empty where a master key seals), bytes. Raises SealError."""
        pieces = self.split(".")
        if len(pieces) != 4 or pieces[0] != _MARK:
            raise SealError("not a sealed value")
        try:
            return pieces[1], pieces[2], base64.urlsafe_b64decode(pieces[3])
        except (binascii.Error, ValueError):
            raise SealError("not a sealed value") from None


def _token(key_id: str, subject: str, sealed: bytes) -> Token:
    return Token(f"{_MARK}.{key_id}.{subject}.{base64.urlsafe_b64encode(sealed).decode()}")


class _Opening(DeferredAttribute):
    """Opens a sealed column when it is first read on an instance."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or type(value) is not Token:
            return value
        return self.field.opened(instance, value)  # type: ignore[attr-defined]

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.TextField):  # type: ignore[type-arg]
    """What the sealed fields share. Subclasses say how a value becomes bytes and back."""

    descriptor_class = _Opening
    description = "A sealed value"

    def __init__(self, *args: Any, bind: str = "", subject: str = "", purpose: str = "", **options: Any) -> None:
        self.bind, self.subject, self.given_purpose = bind, subject, purpose
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        for option, value in (("bind", self.bind), ("subject", self.subject), ("purpose", self.given_purpose)):
            if value:
                options[option] = value
        return name, path, args, options

    @property
    def purpose(self) -> str:
        """What its keys are derived for."""
        return self.given_purpose or f"{self.model._meta.label_lower}.{self.name}"

    def to_bytes(self, value: Any) -> bytes:
        return str(value).encode()

    def from_bytes(self, data: bytes) -> Any:
        return data.decode()

    def binding(self) -> models.Field[Any, Any] | None:
        """The field that names the row; None where the model has none fit for it."""
        if self.bind:
            return self.model._meta.get_field(self.bind)  # type: ignore[return-value]
        pk: Any = self.model._meta.pk
        if pk is not None and pk.has_default():
            return pk  # type: ignore[no-any-return]
        return next((f for f in self.model._meta.concrete_fields if f.unique and f.has_default()), None)

    def _place(self, instance: Any, subject: str) -> bytes:
        binding = self.binding()
        row = getattr(instance, binding.attname) if binding is not None else ""
        if binding is not None:
            row = binding.value_to_string(instance)
            if row in {"", "None"}:
                raise SealError(f"{self.purpose}: {binding.name} must be known before a value is sealed")
        return bound(_MARK, self.purpose, subject, str(row))

    def _person(self, instance: Any) -> Any:
        """The person a value is about, as a Subject. Raises SealError where nobody is named."""
        held = instance
        for step in self.subject.split("__"):
            held = getattr(held, step, None)
        if held is None:
            raise SealError(f"{self.purpose}: whose value it is ({self.subject}) must be known before it is sealed")
        return apps.get_model("custody", "Subject").objects.of(held)

    def _secret_of(self, instance: Any, subject: str) -> bytes:
        known = instance.__dict__.setdefault(_KEYS, {})
        loaded = instance
        for step in self.subject.split("__"):
            # Only what is already read: rows of a list come with their persons in one query.
            loaded = loaded._state.fields_cache.get(step) if isinstance(loaded, models.Model) else None
        if (
            subject not in known
            and isinstance(loaded, apps.get_model("custody", "Subject"))
            and loaded.pk.hex == subject
        ):
            known[subject] = loaded.secret()
        elif subject not in known:
            known[subject] = apps.get_model("custody", "Subject").objects.secret(subject)
        return known[subject]  # type: ignore[no-any-return]

    def sealed(self, instance: Any, data: bytes) -> Token:
        """Seal bytes for the place they take on ``instance``. Raises SealError, ErasedError."""
        if self.subject:
            person = self._person(instance)
            secret = person.secret()
            instance.__dict__.setdefault(_KEYS, {})[person.pk.hex] = secret
            return _token("", person.pk.hex, seal(secret, self.purpose, data, self._place(instance, person.pk.hex)))
        key = keyring().newest
        return _token(key.id, "", seal(key.secret, self.purpose, data, self._place(instance, "")))

    def unsealed(self, instance: Any, token: Token) -> bytes:
        """The bytes of a token in its place. Raises SealError, ErasedError."""
        key_id, subject, data = token.parts()
        if bool(subject) != bool(self.subject):
            raise SealError(f"{self.purpose} is not sealed as its column asks")
        secret = self._secret_of(instance, subject) if subject else keyring().named(key_id).secret
        return unseal(secret, self.purpose, data, self._place(instance, subject))

    def opened(self, instance: Any, token: Token) -> Any:
        data = self.unsealed(instance, token)
        value = self.from_bytes(data)
        instance.__dict__.setdefault(_OPENED, {})[self.attname] = (token, data, self._place(instance, token.parts()[1]))
        instance.__dict__[self.attname] = value
        return value

    # -- the framework's side

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Token | None:
        return value if value is None or value == "" == self.default else Token(value)  # type: ignore[return-value]

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if type(value) is Token:
            if not add:
                return value
            value = self.opened(model_instance, value)
        if value is None or hasattr(value, "resolve_expression"):
            return value
        data = self.to_bytes(value)
        before = model_instance.__dict__.get(_OPENED, {}).get(self.attname)
        if before is not None and before[1] == data and before[2] == self._place(model_instance, before[0].parts()[1]):
            return before[0]
        token = self.sealed(model_instance, data)
        place = self._place(model_instance, token.parts()[1])
        model_instance.__dict__.setdefault(_OPENED, {})[self.attname] = (token, data, place)
        return token

    def get_prep_value(self, value: Any) -> Any:
        # An empty default is what a migration gives rows that were there before the column: nothing to seal.
        if value is None or type(value) is Token or hasattr(value, "resolve_expression") or value == "" == self.default:
            return value
        raise TypeError(f"{self.purpose} is sealed: save it through an instance, or give what seal_for() returns")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = value if prepared else self.get_prep_value(value)
        return str(value) if type(value) is Token else value

    def value_to_string(self, obj: Any) -> str:
        held = obj.__dict__.get(self.attname)
        return str(held) if type(held) is Token else str(self.pre_save(obj, False) or "")

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name in {"isnull", "sealed_under"} else None

    def get_transform(self, lookup_name: str) -> None:
        return None

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        errors = super().check(**options)
        if self.unique or getattr(self, "db_index", False):
            errors.append(
                checks.Error("a sealed field cannot be indexed: use BlindIndexField", obj=self, id="custody.E003")
            )
        if self.binding() is None:
            errors.append(
                checks.Error(
                    "nothing names the row of a sealed value before it is saved",
                    hint="Give the model a UUID key or reference with a default, or name a field in bind=.",
                    obj=self,
                    id="custody.E004",
                )
            )
        return errors


@SealedField.register_lookup
class SealedUnder(models.Lookup[Any]):
    """Rows sealed by the master key of this id: for rotation."""

    lookup_name = "sealed_under"
    prepare_rhs = False

    def get_prep_lookup(self) -> str:
        return f"{_MARK}.{self.rhs}..%"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, parameters = self.process_lhs(compiler, connection)
        return f"{lhs} LIKE %s", (*parameters, self.rhs)


class SealedTextField(SealedField):
    """A sealed text."""

    description = "A sealed text"


class SealedJSONField(SealedField):
    """Sealed JSON values: dates, decimals and UUIDs come back as texts."""

    description = "Sealed JSON"

    def to_bytes(self, value: Any) -> bytes:
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, allow_nan=False).encode()

    def from_bytes(self, data: bytes) -> Any:
        return json.loads(data)

    def to_python(self, value: Any) -> Any:
        return value

    def formfield(self, **options: Any) -> Any:
        return models.Field.formfield(self, **{"form_class": forms.JSONField, **options})


class SealedDateField(SealedField):
    """A sealed date."""

    description = "A sealed date"
    _DATE: ClassVar[models.DateField[Any, Any]] = models.DateField()

    def to_bytes(self, value: Any) -> bytes:
        return self.to_python(value).isoformat().encode()  # type: ignore[no-any-return]

    def from_bytes(self, data: bytes) -> datetime.date | None:
        return parse_date(data.decode())

    def to_python(self, value: Any) -> Any:
        return self._DATE.to_python(value)

    def formfield(self, **options: Any) -> Any:
        return models.Field.formfield(self, **{"form_class": forms.DateField, **options})


class SealedDecimalField(SealedField):
    """A sealed exact number."""

    description = "A sealed number"

    def to_bytes(self, value: Any) -> bytes:
        if isinstance(value, float):
            raise TypeError(f"{self.purpose}: a float is not exact")
        return str(Decimal(value)).encode()

    def from_bytes(self, data: bytes) -> Decimal:
        return Decimal(data.decode())

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Decimal) else Decimal(value)

    def formfield(self, **options: Any) -> Any:
        return models.Field.formfield(self, **{"form_class": forms.DecimalField, "localize": True, **options})


def seal_for(instance: Any, name: str, value: Any) -> Token | None:
    """The sealed value of one field of an instance, for ``update()``."""
    field: Any = instance._meta.get_field(name)
    return None if value is None else field.sealed(instance, field.to_bytes(value))


def readable(instance: Any, name: str, default: Any = None) -> Any:
    """A sealed value, or ``default`` where the person's key was destroyed. Raises SealError for what was altered."""
    try:
        return getattr(instance, name)
    except ErasedError:
        return default


def with_keys(instances: Iterable[Any]) -> list[Any]:
    """The same instances, the keys of their persons fetched in one query: for lists that show sealed values."""
    rows = list(instances)
    wanted: dict[int, set[str]] = {}
    for index, row in enumerate(rows):
        held = [value for value in row.__dict__.values() if type(value) is Token]
        wanted[index] = {subject for subject in (token.parts()[1] for token in held) if subject}
    secrets = apps.get_model("custody", "Subject").objects.secrets(set().union(*wanted.values()))
    for index, row in enumerate(rows):
        row.__dict__.setdefault(_KEYS, {}).update({s: secrets[s] for s in wanted[index] if s in secrets})
    return rows


# -- blind indexes


def normalised(value: str) -> str:
    """A value as it is compared: compatible forms folded, spaces removed, case folded."""
    return "".join(unicodedata.normalize("NFKC", value).split()).casefold()


def blind_index(value: str, *, purpose: str) -> str:
    """Keyed hash of a value, to be stored and compared: ``<key id>:<64 hexadecimal>``."""
    key = keyring("MANDAT_CUSTODY_INDEX_KEYS").newest
    return f"{key.id}:{fingerprint(key, purpose, normalised(value))}"


def blind_indexes(value: str, *, purpose: str) -> list[str]:
    """The hashes of a value under every key given: what to look for while indexes are renewed."""
    kept = normalised(value)
    return [f"{key.id}:{fingerprint(key, purpose, kept)}" for key in keyring("MANDAT_CUSTODY_INDEX_KEYS").keys]


class BlindIndexField(models.CharField):  # type: ignore[type-arg]
    """The keyed hash of a sealed field beside it, for equality search; filled when the row is saved.

    It stays when a person's key is destroyed: erase it with the row, or set the source to None.
    """

    description = "A keyed hash"

    def __init__(self, *args: Any, source: str, purpose: str = "", **options: Any) -> None:
        self.source, self.given_purpose = source, purpose
        options = {"max_length": 81, "null": True, "editable": False, **options}
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options["source"] = self.source
        if self.given_purpose:
            options["purpose"] = self.given_purpose
        return name, path, args, options

    @property
    def purpose(self) -> str:
        return self.given_purpose or f"{self.model._meta.label_lower}.{self.source}"

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        try:
            value = getattr(model_instance, self.source)
        except ErasedError:
            value = None
        index = None if value in (None, "") else blind_index(str(value), purpose=self.purpose)
        setattr(model_instance, self.attname, index)
        return index

    def looked_up(self, value: str) -> list[str]:
        """What to give to ``__in``."""
        return blind_indexes(value, purpose=self.purpose)
