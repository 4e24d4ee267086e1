"""Named questions of analysts, kept as data, and how they are asked."""

from graph.questions.asking import ask
from graph.questions.catalogue import Argument, Question, questions

__all__ = ["Argument", "Question", "ask", "questions"]
