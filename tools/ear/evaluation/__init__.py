"""How well models hear: the same people, noises and questions for each of them."""
