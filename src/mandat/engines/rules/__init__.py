"""Rules as code: one document, checked, evaluated for one household or a whole population.

``compile_rule`` checks a document and gives a ``Rule``; ``Rule.evaluate`` answers for one situation, with what is
missing, why it failed and the steps. ``Rule.tree`` is what other back ends evaluate. See docs/engines/rules.md.
"""

from mandat.engines.rules.document import Input, Parameter, RuleDocument, VocabularyDocument
from mandat.engines.rules.evaluation import UNKNOWN, Evaluation
from mandat.engines.rules.explain import explain
from mandat.engines.rules.needs import Missing
from mandat.engines.rules.questions import Question, next_questions
from mandat.engines.rules.rule import Rule, compile_rule
from mandat.engines.rules.situation import SituationError, read_answer
from mandat.engines.rules.syntax import RuleProblem
from mandat.engines.rules.trace import Reason, Step
from mandat.engines.rules.tree import Tree

__all__ = [
    "UNKNOWN",
    "Evaluation",
    "Input",
    "Missing",
    "Parameter",
    "Question",
    "Reason",
    "Rule",
    "RuleDocument",
    "RuleProblem",
    "SituationError",
    "Step",
    "Tree",
    "VocabularyDocument",
    "compile_rule",
    "explain",
    "next_questions",
    "read_answer",
]
