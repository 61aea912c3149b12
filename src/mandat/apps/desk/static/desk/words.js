/* What the page of a carnet says, in both languages. */
"use strict";
window.CARNET_WORDS = {
  fr: {
    kept: "Cette page s’ouvre maintenant sans réseau, sur cet appareil.", notKept: "Cet appareil ne garde pas la page : n’y comptez pas sans réseau, imprimez le carnet.",
    short: "La phrase de passe a au moins 12 caractères.", differ: "Les deux phrases ne sont pas les mêmes.", wrong: "Ce n’est pas la phrase de passe de ce carnet.",
    noPackage: "Le paquet n’a pas pu être reçu : vérifiez le réseau, puis recommencez.", ready: "Le carnet est sur cet appareil. Vous pouvez partir.",
    blank: "Feuillet", left: "restants", control: "contrôle", required: "À remplir :", saved: "enregistré sur cet appareil, chiffré.", full: "Tous les feuillets sont remplis.",
    date: "Date impossible :", none: "Aucun feuillet rempli.", one: "feuillet rempli", many: "feuillets remplis", void: "Rayer", voided: "rayé", sure: "Rayer ce feuillet ? Son contenu est effacé de l’appareil.",
    exported: "Fichier fait : rapportez-le au bureau, puis rapprochez le carnet.", lock: "Verrouillé.", choose: "– choisir –", optional: "(facultatif)", locked: "Le carnet est verrouillé : dix minutes sans rien saisir.",
    wipe: "Effacer tout ce que cet appareil garde de ce carnet ? À faire seulement quand le bureau a tout reçu.", wiped: "L’appareil ne garde plus rien de ce carnet.", unsafe: "Ce navigateur ne chiffre pas ici : il faut une adresse en https. Imprimez le carnet.", failed: "L’appareil n’a pas pu enregistrer : sa mémoire est pleine ou fermée. Notez ce feuillet sur papier.",
  },
  en: {
    kept: "This page now opens without network, on this device.", notKept: "This device does not keep the page: do not count on it without network, print the carnet.",
    short: "The passphrase has at least 12 characters.", differ: "The two phrases are not the same.", wrong: "This is not the passphrase of this carnet.",
    noPackage: "The package could not be received: check the network, then try again.", ready: "The carnet is on this device. You can leave.",
    blank: "Blank", left: "left", control: "control", required: "To be filled:", saved: "saved on this device, encrypted.", full: "Every blank is filled.",
    date: "Impossible date:", none: "No blank filled.", one: "blank filled", many: "blanks filled", void: "Strike out", voided: "struck out", sure: "Strike out this blank? What it says is erased from the device.",
    exported: "The file is made: bring it back to the office, then reconcile the carnet.", lock: "Locked.", choose: "– choose –", optional: "(optional)", locked: "The carnet is locked: ten minutes without typing.",
    wipe: "Erase all that this device keeps of this carnet? Only once the office has received everything.", wiped: "The device keeps nothing of this carnet any more.", unsafe: "This browser does not encrypt here: an https address is needed. Print the carnet.", failed: "The device could not save: its memory is full or closed. Write this blank on paper.",
  },
};
