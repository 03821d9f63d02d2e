"""How well a language model judges answers, compared with verdicts by hand."""
