"""Steps of ladders in words: {% load ladders %} {{ decision.acts|in_words }}."""

from django import template

from moderation.policy import in_words

register = template.Library()
register.filter("in_words", in_words)
