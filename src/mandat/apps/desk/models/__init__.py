"""What the offline desk keeps: carnets with a key of their own, numbered entries, files brought back, who did what.

What an entry says is sealed by the carnet's key and erased once it is settled; the key is destroyed when the carnet is closed.
"""

from mandat.apps.desk.models.carnets import Act, Carnet, Entry, Section, Upload

__all__ = ["Act", "Carnet", "Entry", "Section", "Upload"]
