"""A wallet in euros and one in units, as a region would write them."""

from __future__ import annotations

from textwrap import dedent

WALLETS = {
    "wallets/panier.yaml": dedent("""\
        kind: wallet
        code: panier
        title: {fr: Panier bio, en: Organic basket}
        text:
          fr: "Une allocation alimentaire versée chaque mois, à dépenser dans les AMAP et les magasins bio agréés."
          en: "A food allowance credited every month, spent at approved organic shops and farm-share groups."
        measures: [1]
        commitments: ["1.1"]
        unit: EUR
        credit: {every: month, at_most: 150}
        expiry: {after: month-end, months: 1}
        categories:
          - {code: amap, label: {fr: AMAP, en: Farm share}}
          - code: magasin-bio
            label: {fr: Magasin bio, en: Organic shop}
            accepts: {fr: "Les produits alimentaires bio, sauf l'alcool.", en: "Organic food, alcohol excepted."}
            caps: [{amount: 60, every: week}]
        caps: [{amount: 100, every: day}]
        code_minutes: 10
        card: {per_spend: 20, per_day: 40}
        refund_days: 30
        settlement: {every: month}
        assumptions:
          - {fr: "Le montant de 150 € par mois est une hypothèse.", en: "The amount of €150 a month is an assumption."}
        """),
    "wallets/culture.yaml": dedent("""\
        kind: wallet
        code: culture
        title: {fr: Panier culture, en: Culture basket}
        text: {fr: "Des entrées dans les lieux de culture agréés.", en: "Admissions to approved places of culture."}
        measures: [2]
        unit: item
        credit: {every: once, at_most: 10}
        expiry: {after: date, date: 2027-12-31}
        categories: [{code: scene, label: {fr: Salle de spectacle, en: Theatre}}]
        settlement: {every: month, value: 12.50}
        """),
}
