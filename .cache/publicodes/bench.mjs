
import Engine from "publicodes";
const households = JSON.parse(process.argv[2]), times = Number(process.argv[3]);
const rules = {
  "revenu": {"unité": "€/mois"}, "autres revenus": {"unité": "€/mois"}, "personnes": 1, "âge": 40,
  "par tête": "(revenu + autres revenus) / personnes",
  "part": {"grille": {"assiette": "par tête", "tranches": [
    {"montant": "25%", "plafond": "1000 €/mois"}, {"montant": "50%", "plafond": "2000 €/mois"}, {"montant": "100%"}]}},
  "réduction": {"variations": [{"si": "âge < 26", "alors": "50%"}, {"sinon": "100%"}]},
  "montant": {"variations": [
    {"si": "revenu < 1000 €/mois", "alors": "0 €/mois"},
    {"sinon": {"valeur": "42.50 €/mois * part * réduction", "arrondi": "2 décimales"}}]},
};
const engine = new Engine(rules, {logger: {log() {}, warn() {}, error: console.error}});
const amounts = [], spent = [];
for (const household of households) {
  const [income, birth] = household[0];
  const day = new Date(birth), age = 2026 - day.getFullYear() - (day.getMonth() > 0 || day.getDate() > 1 ? 1 : 0);
  const others = household.slice(1).reduce((total, member) => total + member[0], 0);
  const situation = {"revenu": income + " €/mois", "autres revenus": others + " €/mois", "personnes": household.length, "âge": age};
  let value;
  for (let k = 0; k < times; k++) {
    const start = process.hrtime.bigint();
    engine.setSituation(situation);
    value = engine.evaluate("montant").nodeValue;
    spent.push(Number(process.hrtime.bigint() - start) / 1e9);
  }
  amounts.push(Math.round(value * 100) / 100);
}
spent.sort((a, b) => a - b);
console.log(JSON.stringify({amounts, p50: spent[spent.length >> 1]}));
